internal import COpenSSL

/// At which time a peer's certificate is judged. Seconds since 1970.
public enum VerificationTime: Equatable, Sendable {
    /// The system's clock.
    case system
    /// A clock that is right as far as anybody knows.
    case exactly(Int64)
    /// It is at least as late as this: an end before it is an end, a beginning after it may have come.
    case notBefore(Int64)

    func apply(to connection: OpaquePointer) {
        let parameters = unsafe SSL_get0_param(connection)
        switch self {
        case .system: break
        case .exactly(let seconds): unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(seconds))
        case .notBefore(let seconds):
            unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(seconds))
            unsafe COpenSSL_letEarlyPass(connection)
        }
    }

    /// True when something that ends at `end` has ended.
    public func isAfter(_ end: Int64, system: Int64) -> Bool {
        switch self {
        case .system: system > end
        case .exactly(let seconds), .notBefore(let seconds): seconds > end
        }
    }
}
