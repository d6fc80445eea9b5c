import Evidence
import LinuxBase
import Rig
import Secrets
import TLS
import TPM

/// A software TPM of its own for a test, and the folder that it lives in.
struct Bench: ~Copyable {
    var tpm: SoftwareTPM
    let folder: TemporaryFolder

    init(logsBus: Bool = false) throws {
        let folder = try TemporaryFolder()
        tpm = try SoftwareTPM(folder: folder.path + "/tpm", logsBus: logsBus)
        self.folder = folder
    }

    /// With an endorsement certificate of its maker.
    init(manufactured number: Int, logsBus: Bool = false) throws {
        let folder = try TemporaryFolder()
        tpm = try SoftwareTPM(manufactured: number, folder: folder.path + "/tpm", logsBus: logsBus)
        self.folder = folder
    }

    /// Runs one of tpm2-tools on the TPM, which no TPMDevice may have open.
    @discardableResult
    func tool(_ name: String, _ arguments: [String], expecting code: Int32? = 0) throws -> String {
        try run(try Programs.tool(name), ["-T", tpm.tcti] + arguments, in: folder.path, expecting: code).output
    }

    func openProvisioned() throws -> TPMDevice {
        let device = try TPMDevice(tcti: tpm.tcti)
        try device.provision()
        return device
    }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = folder.path + "/" + name
        try Files.replace(path, with: bytes)
        return path
    }

    /// What is in the TPM's few slots.
    func leftovers() throws -> String {
        try ["handles-transient", "handles-loaded-session", "handles-saved-session"].map {
            try tool("tpm2_getcap", [$0])
        }
        .joined()
    }
}

func array(_ secret: borrowing SecretBytes) -> [UInt8] { unsafe secret.withBytes { bytes in unsafe Array(bytes) } }

/// Whoever makes the terminal's image. The release key is a signing key in a TPM, as it may be in life; here often in
/// the terminal's own, to have one process fewer.
struct Maker {
    let device: TPMDevice
    let point: P256PublicPoint

    init(_ device: TPMDevice) throws {
        self.device = device
        point = try device.clientPublicKey()
    }

    func release(
        generation: UInt64 = 1, registers: [Int] = [11, 14], _ measurements: [Measurement] = [], offset: UInt64 = 0
    ) throws -> ReleaseManifest {
        var manifest = ReleaseManifest(
            version: "1", time: 0, generation: generation, registers: registers, measurements: measurements,
            authorityX: point.x, authorityY: point.y, policies: [])
        let message = manifest.policyMessage(offset: offset, sha256: Digest.sha256)
        let signature = try device.sign(digest: Digest.sha256(message))
        manifest.policies = [ReleaseManifest.Policy(offset: offset, signature: signature.r + signature.s)]
        return manifest
    }

    func policy(
        generation: UInt64 = 1, registers: [Int] = [11, 14], _ measurements: [Measurement] = [], offset: UInt64 = 0
    ) throws -> ReleasePolicy {
        ReleasePolicy(
            try release(generation: generation, registers: registers, measurements, offset: offset), offset: offset)
    }
}

extension ReleasePolicy {
    init(_ release: ReleaseManifest, offset: UInt64, reference: [UInt8]? = nil, authority: P256PublicPoint? = nil) {
        let signature = release.policies[0].signature
        self.init(
            authority: authority ?? P256PublicPoint(x: release.authorityX, y: release.authorityY),
            registers: release.registers, values: release.registerValues(sha256: Digest.sha256),
            generation: release.generation + offset, reference: reference ?? ReleaseManifest.policyReference(offset),
            approved: release.approvedPolicy(
                offset: offset, sha256: Digest.sha256,
                counterName: PolicyDigest.counterName(sha256: Digest.sha256)),
            signature: ECDSASignature(r: Array(signature.prefix(32)), s: Array(signature.suffix(32))),
            sha256: Digest.sha256)
    }
}

func measurement(_ register: Int, _ text: String) -> Measurement {
    Measurement(register: register, name: text, digest: Digest.sha256(Array(text.utf8)))!
}

/// SubjectPublicKeyInfo of a P-256 key, DER.
func publicKeyInfo(_ point: P256PublicPoint) -> [UInt8] { subjectPublicKeyInfo(x: point.x, y: point.y) }

/// ECDSA-Sig-Value, DER.
func der(_ signature: ECDSASignature) -> [UInt8] {
    func integer(_ bytes: [UInt8]) -> [UInt8] {
        var digits = Array(bytes.drop { $0 == 0 })
        if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
        return [0x02, UInt8(digits.count)] + digits
    }
    let body = integer(signature.r) + integer(signature.s)
    return [0x30, UInt8(body.count)] + body
}
