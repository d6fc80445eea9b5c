internal import Glibc

extension Files {
    /// `/dev/null`, for a child that is to read nothing.
    public static func openNothing() throws(SystemCallError) -> Descriptor { try open("/dev/null", flags: O_RDWR) }

    /// Where a symbolic link points; nil for what is no link.
    public static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let n = unsafe readlink(path, &buffer, buffer.count - 1)
        guard n > 0 else { return nil }
        return String(decoding: buffer[..<n].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
