internal import Glibc

extension Process {
    /// This process's number.
    public static var number: Int32 { getpid() }
}
