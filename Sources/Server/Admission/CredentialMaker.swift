internal import Crypto
internal import CryptoExtras
internal import Evidence
internal import FoundationEssentials

/// TPM2_MakeCredential without a TPM (TPM 2.0 library specification, part 1, §24 and annex C.6): a secret that only the TPM
/// with this endorsement key gives out, and only while the named key is loaded in it.
struct CredentialMaker {
    /// TPMS_ID_OBJECT and TPMS_ECC_POINT: the contents of TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET.
    struct Credential {
        let blob: [UInt8]
        let seed: [UInt8]
    }

    /// The public half of a key that is used once.
    fileprivate struct Ephemeral {
        let x: [UInt8]
        let y: [UInt8]
    }

    /// `name` is the attestation key's; the secret is no longer than a digest of the endorsement key's name algorithm.
    static func credential(
        for secret: [UInt8], name: [UInt8], endorsement area: PublicArea
    ) throws(EnrolmentError) -> Credential {
        guard let symmetric = area.symmetric, symmetric.algorithm == PublicArea.Algorithm.aes,
            symmetric.mode == PublicArea.Algorithm.cfb, [128, 256].contains(symmetric.bits)
        else { throw .unfitEndorsementKey(reason: "its cipher is not AES-CFB") }
        let keyBytes = Int(symmetric.bits) / 8
        do {
            let (shared, ephemeral) = try agree(with: area.point)
            let wrapped: [UInt8]
            switch area.nameAlgorithm {
            case PublicArea.Algorithm.sha256:
                wrapped = try Wrapping<SHA256>(shared, ephemeral, area.point).wrap(secret, name, keyBytes)
            case PublicArea.Algorithm.sha384:
                wrapped = try Wrapping<SHA384>(shared, ephemeral, area.point).wrap(secret, name, keyBytes)
            default: throw EnrolmentError.unfitEndorsementKey(reason: "it is named by an unknown hash")
            }
            return Credential(blob: wrapped, seed: sized(ephemeral.x) + sized(ephemeral.y))
        } catch let error as EnrolmentError {
            throw error
        } catch {
            throw .cryptography
        }
    }

    /// A fresh key and the x coordinate that it shares with the endorsement key.
    private static func agree(with point: PublicArea.Point) throws -> (shared: [UInt8], ephemeral: Ephemeral) {
        let (secret, uncompressed): (SharedSecret, Data)
        switch point.curve {
        case .p256:
            let key = P256.KeyAgreement.PrivateKey()
            let other = try P256.KeyAgreement.PublicKey(x963Representation: point.uncompressed)
            (secret, uncompressed) = (
                try key.sharedSecretFromKeyAgreement(with: other), key.publicKey.x963Representation
            )
        case .p384:
            let key = P384.KeyAgreement.PrivateKey()
            let other = try P384.KeyAgreement.PublicKey(x963Representation: point.uncompressed)
            (secret, uncompressed) = (
                try key.sharedSecretFromKeyAgreement(with: other), key.publicKey.x963Representation
            )
        }
        let coordinates = [UInt8](uncompressed.dropFirst())
        let half = coordinates.count / 2
        let ephemeral = Ephemeral(x: Array(coordinates[..<half]), y: Array(coordinates[half...]))
        return (unsafe secret.withUnsafeBytes { unsafe [UInt8]($0) }, ephemeral)
    }

    /// A TPM2B.
    static func sized(_ bytes: [UInt8]) -> [UInt8] { number(UInt64(bytes.count), 2) + bytes }

    static func number(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }
}

/// Integrity and secrecy under a seed that both sides derive.
private struct Wrapping<Hash: HashFunction> {
    private let seed: [UInt8]

    init(_ shared: [UInt8], _ ephemeral: CredentialMaker.Ephemeral, _ endorsement: PublicArea.Point) {
        // KDFe (part 1, §11.4.10.3): one round gives a whole digest.
        let message =
            CredentialMaker.number(1, 4) + shared + Array("IDENTITY".utf8) + [0] + ephemeral.x + endorsement.x
        seed = [UInt8](Hash.hash(data: message))
    }

    func wrap(_ secret: [UInt8], _ name: [UInt8], _ keyBytes: Int) throws -> [UInt8] {
        let key = derive(seed, "STORAGE", context: name, bytes: keyBytes)
        let identity = [UInt8](
            try AES._CFB.encrypt(
                CredentialMaker.sized(secret), using: SymmetricKey(data: key),
                iv: AES._CFB.IV(ivBytes: [UInt8](repeating: 0, count: 16))))
        let integrity = derive(seed, "INTEGRITY", context: [], bytes: Hash.Digest.byteCount)
        let code = HMAC<Hash>.authenticationCode(for: identity + name, using: SymmetricKey(data: integrity))
        return CredentialMaker.sized([UInt8](code)) + identity
    }

    /// KDFa (part 1, §11.4.10.2), for no more than one digest.
    private func derive(_ key: [UInt8], _ label: String, context: [UInt8], bytes: Int) -> [UInt8] {
        let message =
            CredentialMaker.number(1, 4) + Array(label.utf8) + [0] + context
            + CredentialMaker.number(UInt64(bytes) * 8, 4)
        let code = HMAC<Hash>.authenticationCode(for: message, using: SymmetricKey(data: key))
        return Array([UInt8](code).prefix(bytes))
    }
}
