import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// An authority of the test's own and what it issues, for connections that should and should not be let in.
struct TestAuthority: Sendable {
    private let key = P256.Signing.PrivateKey()
    private let name: DistinguishedName
    private let certificate: Certificate

    struct Identity: Sendable {
        var certificate: Certificate
        var key: P256.Signing.PrivateKey

        func pem() throws -> [UInt8] { Array(try certificate.serializeAsPEM().pemString.utf8) }
        var keyPEM: [UInt8] { Array(key.pemRepresentation.utf8) }
        func der() throws -> [UInt8] {
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return serializer.serializedBytes
        }
    }

    init(_ name: String = "Authority") throws {
        self.name = try DistinguishedName { CommonName(name) }
        certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: Date() - 86400,
            notValidAfter: Date() + 86400, issuer: self.name, subject: self.name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: .init(key))
    }

    func pem() throws -> [UInt8] { Array(try certificate.serializeAsPEM().pemString.utf8) }

    /// Validity in seconds from now.
    func issue(
        _ subject: String, from: TimeInterval = -3600, to: TimeInterval = 3600, isServer: Bool = false
    ) throws -> Identity {
        let own = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey), notValidBefore: Date() + from,
            notValidAfter: Date() + to, issuer: name, subject: try DistinguishedName { CommonName(subject) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([isServer ? .serverAuth : .clientAuth])
                SubjectAlternativeNames([.dnsName("localhost")])
            }, issuerPrivateKey: .init(key))
        return Identity(certificate: certificate, key: own)
    }
}
