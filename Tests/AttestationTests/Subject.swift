internal import Admission
internal import Crypto
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase
internal import Rig
internal import Secrets
internal import SwiftASN1
internal import TPM
internal import X509

/// A terminal's TPM as its maker delivers it, provisioned, with software measured into it.
final class Subject {
    static let boot = ["kernel", "initrd", "command line"].map { measurement(11, $0, "boot") }
    static let programs = ["vitrine-terminal", "vitrine-decoder", "vitrine-launch"].map { measurement(14, $0, "1.2") }

    let folder: TemporaryFolder
    var tpm: SoftwareTPM
    private var opened: TPMDevice?

    init(_ number: Int, measured: [Measurement] = boot + programs) throws {
        let folder = try TemporaryFolder()
        tpm = try SoftwareTPM(manufactured: number, folder: folder.path + "/tpm")
        self.folder = folder
        try device().provision()
        try measure(measured)
    }

    func device() throws -> TPMDevice {
        if let opened { return opened }
        let device = try TPMDevice(tcti: tpm.tcti)
        opened = device
        return device
    }

    /// Lets go of the TPM, which serves one at a time.
    func release() { opened = nil }

    func measure(_ measurements: [Measurement]) throws {
        for event in measurements { try device().extend(register: event.register, digest: event.digest) }
    }

    /// As after a reboot into the same software.
    func restart(orderly: Bool = true, measured: [Measurement] = boot + programs) throws {
        release()
        try tpm.restart(orderly: orderly)
        try measure(measured)
    }

    func evidence(
        nonce: [UInt8], exporter: [UInt8], registers: [Int] = [11, 14],
        log: [Measurement] = boot + programs, activation: [UInt8]? = nil
    ) throws -> AttestationEvidence {
        let data = AttestationEvidence.extraData(nonce: nonce, exporter: exporter)
        let quote = try device().quote(registers: registers, qualifyingData: data)
        return AttestationEvidence(
            statement: quote.bytes, signature: quote.signature.r + quote.signature.s,
            log: EventLog(events: log)?.encoded() ?? [], activation: activation, nonce: nonce, exporter: exporter)
    }

    func request(_ name: String) throws -> EnrolmentRequest {
        let device = try device()
        let endorsement = try device.endorsement()
        let certification = try device.certifyClientKey(qualifyingData: [])
        return EnrolmentRequest(
            terminal: name, endorsementCertificate: endorsement.certificate, endorsementArea: endorsement.area,
            attestationArea: try device.attestationArea(), clientArea: try device.clientArea(),
            certification: certification.bytes,
            certificationSignature: certification.signature.r + certification.signature.s,
            request: try certificateRequest(name), software: "test", width: 800, height: 480)
    }

    func certificateRequest(_ name: String) throws -> [UInt8] {
        try Self.certificateRequest(name, by: Certificate.PrivateKey(TPMKey(device())))
    }

    static func certificateRequest(_ name: String, by key: Certificate.PrivateKey) throws -> [UInt8] {
        let request = try CertificateSigningRequest(
            version: .v1, subject: DistinguishedName { CommonName(name) }, privateKey: key,
            attributes: .init(), signatureAlgorithm: .ecdsaWithSHA256)
        var serializer = DER.Serializer()
        try serializer.serialize(request)
        return serializer.serializedBytes
    }

    /// As vitrine-provision does.
    func open(_ grant: EnrolmentGrant) throws -> [String: [UInt8]] {
        let secret = try device().activate(credential: grant.credential, secret: grant.secret)
        let bytes = unsafe secret.withBytes { unsafe Array($0) }
        let key = SymmetricKey(data: Digests.sha256(EnrolmentGrant.keyMessage(secret: bytes)))
        let box = try AES.GCM.SealedBox(
            nonce: AES.GCM.Nonce(data: grant.nonce), ciphertext: grant.ciphertext.dropLast(16),
            tag: grant.ciphertext.suffix(16))
        return try EnrolmentGrant.records(ofBundle: [UInt8](AES.GCM.open(box, using: key)))
    }

    static func measurement(_ register: Int, _ name: String, _ contents: String) -> Measurement {
        guard
            let measurement = Measurement(
                register: register, name: name, digest: Digests.sha256(Array((name + contents).utf8)))
        else { preconditionFailure("a measurement of the tests is in order") }
        return measurement
    }
}

/// The TPM's channel key for the certificates' library.
struct TPMKey: CustomPrivateKey {
    private let device: TPMDevice
    let publicKey: Certificate.PublicKey

    init(_ device: TPMDevice) throws {
        self.device = device
        let point = try device.clientPublicKey()
        publicKey = Certificate.PublicKey(try P256.Signing.PublicKey(rawRepresentation: point.x + point.y))
    }

    var defaultSignatureAlgorithm: Certificate.SignatureAlgorithm { .ecdsaWithSHA256 }
    var supportedSignatureAlgorithms: [Certificate.SignatureAlgorithm] { [.ecdsaWithSHA256] }

    func signSynchronously(
        bytes: some DataProtocol, signatureAlgorithm: Certificate.SignatureAlgorithm
    ) throws -> Certificate.Signature {
        let signature = try device.sign(digest: Digests.sha256(Array(bytes)))
        let der = try P256.Signing.ECDSASignature(rawRepresentation: signature.r + signature.s).derRepresentation
        return try Certificate.Signature(
            signatureAlgorithm: signatureAlgorithm, signatureBytes: ASN1BitString(bytes: [UInt8](der)[...]))
    }

    static func == (a: TPMKey, b: TPMKey) -> Bool { a.publicKey == b.publicKey }
    func hash(into hasher: inout Hasher) { hasher.combine(publicKey) }

    // What the library wants of every key, and nobody asks of this one.
    static var defaultPEMDiscriminator: String { "PRIVATE KEY" }
    func serialize(into coder: inout DER.Serializer) throws { throw RigError.wrong("the key is in a TPM") }
    func serializeAsPEM(discriminator: String) throws -> PEMDocument { throw RigError.wrong("the key is in a TPM") }
}

/// Whoever makes the terminal's software.
struct Maker: Sendable {
    private let key = P256.Signing.PrivateKey()
    var point: [UInt8] { [UInt8](key.publicKey.x963Representation) }

    func manifest(
        _ version: String = "1.2", generation: UInt64 = 3,
        _ measurements: [Measurement] = Subject.boot + Subject.programs, registers: [Int] = [11, 14]
    ) throws -> ReleaseManifest {
        let point = point
        var manifest = ReleaseManifest(
            version: version, time: 1_800_000_000, generation: generation, registers: registers,
            measurements: measurements, authorityX: Array(point[1..<33]), authorityY: Array(point[33...]), policies: [])
        manifest.policies = try [0, 7].map {
            ReleaseManifest.Policy(
                offset: $0, signature: try sign(manifest.policyMessage(offset: $0, sha256: Digests.sha256)))
        }
        return manifest
    }

    func sign(_ message: [UInt8]) throws -> [UInt8] { [UInt8](try key.signature(for: message).rawRepresentation) }

    func envelope(_ manifest: ReleaseManifest, context: String = SignedEnvelope.Context.release) throws -> [UInt8] {
        let payload = manifest.encoded()
        return SignedEnvelope.encode(
            payload: payload, signature: try sign(SignedEnvelope.toBeSigned(payload: payload, context: context)))
    }
}
