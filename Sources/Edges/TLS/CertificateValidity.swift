internal import COpenSSL

/// From when to when a certificate is good; seconds since 1970.
public struct CertificateValidity: Equatable, Sendable {
    public let begin: Int64
    public let end: Int64

    /// Of the first certificate of a PEM text; nil when there is none.
    public init?(pem: [UInt8]) {
        var found: (Int64, Int64)?
        _ = Certificate.each(in: pem) { certificate in
            if found == nil { found = unsafe (COpenSSL_begin(certificate.raw), COpenSSL_end(certificate.raw)) }
        }
        guard let found, found.0 >= 0, found.1 >= found.0 else { return nil }
        (begin, end) = found
    }

    /// True when `fraction` of its life is over at `time`.
    public func isDue(at time: Int64, fraction: (Int64, Int64)) -> Bool {
        (time - begin) / fraction.0 >= (end - begin) / fraction.1
    }
}
