internal import CLinux
internal import Glibc

public enum StandardOutput {
    /// Each line is seen as it is printed, also through a pipe.
    public static func flushEachLine() { CLinux_line_buffer_stdout() }
}

public enum StandardError {
    /// At once, as far as it is taken: nobody may be reading.
    public static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
