internal import Crypto
public import FoundationEssentials
internal import LinuxBase
internal import SwiftASN1
internal import X509

/// A certificate with what the records and the operator want to know of it.
public struct IssuedCertificate: Equatable, Sendable {
    public let pem: String
    public let der: [UInt8]
    /// SHA-256 of the DER, 32 bytes.
    public let fingerprint: [UInt8]
    /// Lower-case hex.
    public let serial: String
    public let notBefore: Date
    public let notAfter: Date

    init(_ certificate: Certificate) throws(AdmissionError) {
        do {
            let document = try certificate.serializeAsPEM()
            pem = document.pemString + "\n"
            der = document.derBytes
        } catch {
            throw .signing(detail: "\(error)")
        }
        fingerprint = [UInt8](SHA256.hash(data: der))
        serial = certificate.serialNumber.hexadecimal
        notBefore = certificate.notValidBefore
        notAfter = certificate.notValidAfter
    }

    /// Reads a certificate as it was issued.
    public init(pem: String) throws(AdmissionError) {
        let certificate: Certificate
        do { certificate = try Certificate(pemEncoded: pem) } catch {
            throw .badCertificate(what: "the", detail: "\(error)")
        }
        try self.init(certificate)
    }
}

/// The authority under which terminals and servers know each other: one P-256 key, one level, no files of its own.
public struct CertificateAuthority: Sendable {
    /// A certificate begins this long before it is made: terminals' clocks are not always right.
    public static let backdating: TimeInterval = 5 * 60
    /// A request is below a kilobyte; nothing longer is parsed.
    public static let requestBytes = 16384

    public let certificate: IssuedCertificate
    private let root: Certificate
    private let key: P256.Signing.PrivateKey

    /// The authority's private key in PEM (PKCS#8). For a file of mode 0600 and nothing else.
    public var keyPEM: String { key.pemRepresentation + "\n" }

    /// A new authority with a new key.
    public static func create(name: String, lifetime: TimeInterval, now: Date) throws(AdmissionError) -> Self {
        let key = P256.Signing.PrivateKey()
        let subject = try Self.subject(name)
        let root = try Self.sign(
            Certificate.PublicKey(key.publicKey), subject: subject, issuer: subject, by: key, lifetime: lifetime,
            now: now
        ) {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
            Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
        }
        return CertificateAuthority(root: root, key: key, certificate: try IssuedCertificate(root))
    }

    private init(root: Certificate, key: P256.Signing.PrivateKey, certificate: IssuedCertificate) {
        self.root = root
        self.key = key
        self.certificate = certificate
    }

    /// The authority as it was kept: certificate and key in PEM.
    public init(certificatePEM: String, keyPEM: String) throws(AdmissionError) {
        do { root = try Certificate(pemEncoded: certificatePEM) } catch {
            throw .badCertificate(what: "the authority's", detail: "\(error)")
        }
        // The library's words may quote what it read: they are left out.
        do { key = try P256.Signing.PrivateKey(pemRepresentation: keyPEM) } catch {
            throw .badKey(detail: "no P-256 private key in PEM")
        }
        guard root.publicKey == Certificate.PublicKey(key.publicKey) else { throw .keyMismatch }
        certificate = try IssuedCertificate(root)
    }

    /// A certificate for a terminal's own key. The request (PEM) must be signed by that key, which must be on P-256, and
    /// must name the terminal or nobody.
    public func issueTerminal(
        request pem: String, name: String, lifetime: TimeInterval, now: Date
    ) throws(AdmissionError) -> IssuedCertificate {
        let request = try Self.check(request: pem, of: name)
        return try issue(request.publicKey, name: name, lifetime: lifetime, now: now) {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.clientAuth])
            SubjectKeyIdentifier(hash: request.publicKey)
            AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: root.publicKey).keyIdentifier)
        }
    }

    /// A key and a certificate for a server that terminals reach under any of these host names and addresses.
    public func issueServer(
        hosts: [String], lifetime: TimeInterval, now: Date
    ) throws(AdmissionError) -> (certificate: IssuedCertificate, keyPEM: String) {
        guard let first = hosts.first else { throw .badHost("") }
        var names: [GeneralName] = []
        for host in hosts { names.append(try Self.generalName(host)) }
        let key = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        let certificate = try issue(publicKey, name: first, lifetime: lifetime, now: now) {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.serverAuth])
            SubjectAlternativeNames(names)
            SubjectKeyIdentifier(hash: publicKey)
            AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: root.publicKey).keyIdentifier)
        }
        return (certificate, key.pemRepresentation + "\n")
    }

    /// The request, if it is one by `name` or nobody in particular, for a key on P-256 that has signed it.
    static func check(request pem: String, of name: String) throws(AdmissionError) -> CertificateSigningRequest {
        guard pem.utf8.count <= Self.requestBytes else {
            throw .badRequest(detail: "longer than \(Self.requestBytes) bytes")
        }
        let request: CertificateSigningRequest
        do { request = try CertificateSigningRequest(pemEncoded: pem) } catch {
            // The library's words may quote the request: they are left out.
            throw .badRequest(detail: "not readable")
        }
        guard P256.Signing.PublicKey(request.publicKey) != nil else {
            throw .badRequest(detail: "its key is not on P-256")
        }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw .badRequest(detail: "its signature does not match its key")
        }
        for asked in request.subject.commonNames where asked != name {
            throw .requestForOther(name: name, asked: asked.loggable)
        }
        return request
    }

    /// A certificate request in PEM, from PEM or DER.
    static func pem(request bytes: [UInt8]) throws(AdmissionError) -> String {
        guard bytes.count <= requestBytes else { throw .badRequest(detail: "longer than \(requestBytes) bytes") }
        guard bytes.first == 0x30 else { return String(decoding: bytes, as: UTF8.self) }
        return PEMDocument(type: CertificateSigningRequest.defaultPEMDiscriminator, derBytes: bytes).pemString
    }

    private func issue(
        _ publicKey: Certificate.PublicKey, name: String, lifetime: TimeInterval, now: Date,
        @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
    ) throws(AdmissionError) -> IssuedCertificate {
        let certificate = try Self.sign(
            publicKey, subject: try Self.subject(name), issuer: root.subject, by: key, lifetime: lifetime, now: now,
            extensions: extensions)
        return try IssuedCertificate(certificate)
    }

    private static func sign(
        _ publicKey: Certificate.PublicKey, subject: DistinguishedName, issuer: DistinguishedName,
        by key: P256.Signing.PrivateKey, lifetime: TimeInterval, now: Date,
        @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
    ) throws(AdmissionError) -> Certificate {
        guard lifetime >= 1, lifetime <= 100 * 366 * 86400 else { throw .badLifetime }
        do {
            return try Certificate(
                version: .v3, serialNumber: randomSerial(), publicKey: publicKey,
                notValidBefore: now.addingTimeInterval(-backdating), notValidAfter: now.addingTimeInterval(lifetime),
                issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: Certificate.Extensions(builder: extensions), issuerPrivateKey: Certificate.PrivateKey(key))
        } catch {
            throw .signing(detail: "\(error)")
        }
    }

    /// 127 random bits, positive and of full length (RFC 5280 §4.1.2.2 allows 20 octets).
    private static func randomSerial() throws(SystemCallError) -> Certificate.SerialNumber {
        var bytes = try Random.bytes(16)
        bytes[0] = bytes[0] & 0x7f | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }

    private static func subject(_ name: String) throws(AdmissionError) -> DistinguishedName {
        do { return try DistinguishedName { CommonName(name) } } catch { throw .signing(detail: "\(error)") }
    }

    private static func generalName(_ host: String) throws(AdmissionError) -> GeneralName {
        if let bytes = InternetAddress.bytes(host) { return .ipAddress(ASN1OctetString(contentBytes: bytes[...])) }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        // RFC 1123 §2.1: letters, digits and inner dashes, 63 a label, 253 in all.
        let valid = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { $0 == 45 || (48...57).contains($0) || (97...122).contains($0 | 0x20) }
        }
        guard valid, host.utf8.count <= 253 else { throw .badHost(host) }
        return .dnsName(host)
    }
}

extension DistinguishedName {
    /// The values of its common names.
    var commonNames: [String] {
        flatMap { $0 }.filter { $0.type == .RDNAttributeType.commonName }.compactMap { String($0.value) }
    }
}
