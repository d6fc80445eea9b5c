internal import Crypto
internal import FoundationEssentials
internal import SwiftASN1
internal import X509

/// Authorities of a test's own, from the one that signs a TPM's certificate up to the root.
struct Chain {
    struct Authority {
        let key: P256.Signing.PrivateKey
        let certificate: Certificate
        let pem: [UInt8]
    }

    /// The lowest first.
    let pinned: [Authority]
    /// DER.
    let leaf: [UInt8]

    /// `below` is the root's path length constraint; the other limits are the lowest authority's.
    init(
        of key: Certificate.PublicKey, levels: Int, below: Int? = nil, isAuthority: Bool = true, signs: Bool = true,
        lifetime: TimeInterval = 86400
    ) throws {
        var authorities: [Authority] = []
        for level in (0..<levels).reversed() {
            let isRoot = authorities.isEmpty
            authorities.append(
                try Self.authority(
                    DistinguishedName { CommonName("Authority \(level)") }, by: authorities.last,
                    below: isRoot ? below : nil, isAuthority: level > 0 || isAuthority, signs: level > 0 || signs,
                    lifetime: level > 0 ? 86400 : lifetime))
        }
        pinned = authorities.reversed()
        leaf = try Self.der(
            Certificate(
                version: .v3, serialNumber: .init(), publicKey: key, notValidBefore: Date() - 3600,
                notValidAfter: Date() + 86400, issuer: pinned[0].certificate.subject, subject: DistinguishedName(),
                signatureAlgorithm: .ecdsaWithSHA256, extensions: .init(),
                issuerPrivateKey: .init(pinned[0].key)))
    }

    static func authority(_ name: String) throws -> Authority { try authority(DistinguishedName { CommonName(name) }) }

    static func authority(
        _ name: DistinguishedName, by issuer: Authority? = nil, below: Int? = nil, isAuthority: Bool = true,
        signs: Bool = true, lifetime: TimeInterval = 86400
    ) throws -> Authority {
        let key = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: Date() - 3600,
            notValidAfter: Date() + lifetime, issuer: issuer?.certificate.subject ?? name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(
                    isAuthority
                        ? BasicConstraints.isCertificateAuthority(maxPathLength: below)
                        : BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: !signs, keyCertSign: signs))
            }, issuerPrivateKey: .init(issuer?.key ?? key))
        return Authority(
            key: key, certificate: certificate, pem: Array((try certificate.serializeAsPEM().pemString + "\n").utf8))
    }

    /// A certificate for a key of nobody, by itself. DER.
    static func selfSigned() throws -> [UInt8] { try der(authority("TPM").certificate) }

    static func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
