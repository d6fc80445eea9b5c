// TPM: the terminal's security chip through tpm2-tss (ESAPI): its two persistent keys, signing, sealing. The only
// importer of CTss2. Never keeps a secret, never uses a session without a salt for one. Calls block (hardware: up to
// seconds): the program gives them a thread; calls from several threads wait for each other.

/// What went wrong, with the TPM command it happened in and the library's words for the code.
public enum TPMError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The TPM answered with an error.
    case refused(call: String, code: UInt32, reason: String)
    /// Dictionary attack protection is on: the TPM answers again after its recovery time, or after an operator's reset.
    case lockedOut(call: String)
    /// The TPM was not reached, or its answer did not pass the session's checks.
    case transport(call: String, code: UInt32, reason: String)
    /// The persistent object is not there: this TPM was not provisioned, or it was cleared.
    case missingKey(handle: UInt32)
    /// Something else lives at the handle, or a key that could have been made elsewhere.
    case unfitKey(handle: UInt32, reason: String)
    /// Not something that `seal` returns.
    case malformedBlob
    /// Sealed by another TPM, or by this one before it was cleared.
    case otherTPM
    /// Right form and right TPM, but the TPM's own check of the blob failed.
    case alteredBlob
    /// The caller's value does not fit: a digest of 32 bytes, a secret of 1 to 128.
    case badLength(call: String, count: Int)

    public var description: String {
        switch self {
        case .refused(let call, let code, let reason): "TPM \(call): \(reason) (0x\(String(code, radix: 16)))"
        case .lockedOut(let call):
            "TPM \(call): the TPM is locked out after failed authorisations; wait for its recovery time or reset it"
        case .transport(let call, let code, let reason):
            "TPM not reached, \(call): \(reason) (0x\(String(code, radix: 16)))"
        case .missingKey(let handle):
            "TPM has no key at 0x\(String(handle, radix: 16)): not provisioned, or cleared since"
        case .unfitKey(let handle, let reason): "TPM key at 0x\(String(handle, radix: 16)) is unfit: \(reason)"
        case .malformedBlob: "not a blob sealed by a TPM"
        case .otherTPM: "sealed by another TPM, or by this one before it was cleared"
        case .alteredBlob: "the TPM refuses the sealed blob: altered"
        case .badLength(let call, let count): "TPM \(call): \(count) bytes do not fit"
        }
    }
}

/// A point of the curve P-256, 32 bytes a coordinate, big-endian.
public struct P256PublicPoint: Hashable, Sendable {
    public let x: [UInt8]
    public let y: [UInt8]
    public init(x: [UInt8], y: [UInt8]) {
        self.x = x
        self.y = y
    }
}

/// An ECDSA signature with P-256: two numbers of 32 bytes, big-endian.
public struct ECDSASignature: Hashable, Sendable {
    public let r: [UInt8]
    public let s: [UInt8]
    public init(r: [UInt8], s: [UInt8]) {
        self.r = r
        self.s = s
    }
}
