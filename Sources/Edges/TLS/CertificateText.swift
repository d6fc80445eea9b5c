internal import COpenSSL

/// Certificates as text.
public enum CertificateText {
    /// The DER bytes of the first certificate of a PEM text; nil when there is none.
    public static func der(_ pem: [UInt8]) -> [UInt8]? {
        var found: [UInt8]?
        _ = Certificate.each(in: pem) { certificate in
            guard found == nil else { return }
            let count = unsafe i2d_X509(certificate.raw, nil)
            guard count > 0 else { return }
            found = unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
                var next = buffer.baseAddress
                let written = unsafe i2d_X509(certificate.raw, &next)
                initialized = Int(max(0, written))
            }
        }
        return found
    }
}
