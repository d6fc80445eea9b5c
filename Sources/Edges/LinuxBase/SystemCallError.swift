// LinuxBase: descriptors, sockets, files, processes, time and randomness: the only importer of CLinux, and the module
// through which everything else reaches the kernel. Owns no thread. EINTR is retried here, errnos are classified here.

internal import Glibc

/// A system call that failed, with the errno it left.
public struct SystemCallError: Error, Equatable, Sendable, CustomStringConvertible {
    public let call: String
    public let code: Int32

    public init(_ call: String, _ code: Int32) {
        self.call = call
        self.code = code
    }

    /// Reads `errno`; use it in the expression right after the call.
    static func last(_ call: String) -> SystemCallError { SystemCallError(call, errno) }

    public var description: String {
        // SAFETY: strerror returns a NUL-terminated string that is copied at once.
        unsafe "\(call): \(String(cString: strerror(code))) (errno \(code))"
    }

    /// The thing asked for is not there, or nobody answers: worth trying again later.
    public var isAbsent: Bool { code == ENOENT || code == ECONNREFUSED || code == EHOSTUNREACH || code == ENETUNREACH }
}
