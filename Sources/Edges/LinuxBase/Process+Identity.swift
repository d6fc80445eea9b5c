internal import Glibc

extension Process {
    /// The user that this process acts as (effective uid).
    public static var user: UInt32 { geteuid() }
}

extension SystemCallError {
    /// No descriptor, memory or process is left for the moment; nothing is wrong with the request itself.
    public var isExhaustion: Bool {
        code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOBUFS || code == EAGAIN
    }
}
