internal import CLinux

/// The kernel's random generator.
public enum Random {
    /// `count` bytes from getrandom(2).
    public static func bytes(_ count: Int) throws(SystemCallError) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        let code = unsafe result.withUnsafeMutableBytes { unsafe CLinux_fill_random($0.baseAddress, $0.count) }
        guard code == 0 else { throw SystemCallError("getrandom", -code) }
        return result
    }
}
