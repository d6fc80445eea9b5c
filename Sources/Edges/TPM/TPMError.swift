// TPM: the terminal's security chip through tpm2-tss (ESAPI): its persistent keys and counters, signing, sealing under
// signed policies, quotes, measured registers. The only importer of CTss2. Never keeps a secret, never uses a session
// without a salt for one. One thread owns the connection; calls from any other wait for it (hardware: up to seconds),
// so the program gives them a thread that may wait.

/// What went wrong, with the TPM command it happened in and the library's words for the code.
public enum TPMError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The TPM answered with an error.
    case refused(call: String, code: UInt32, reason: String)
    /// Dictionary attack protection is on: the TPM answers again after this time at most, or after an operator's reset.
    /// Nil where the TPM does not tell.
    case lockedOut(call: String, recoverySeconds: UInt64? = nil)
    /// The TPM was not reached, or its answer did not pass the session's checks.
    case transport(call: String, code: UInt32, reason: String)
    /// The persistent object is not there: this TPM was not provisioned, or it was cleared.
    case missingKey(handle: UInt32)
    /// Something else lives at the handle, or a key that could have been made elsewhere.
    case unfitKey(handle: UInt32, reason: String)
    /// The counter is not there: this TPM was not provisioned, or it was cleared.
    case missingCounter(handle: UInt32)
    /// Something else lives at the index.
    case otherCounter(handle: UInt32, reason: String)
    /// A counter only goes forward by ones; so many steps are a mistake.
    case unreachableGeneration(counter: UInt64, generation: UInt64)
    /// Not something that `seal` returns.
    case malformedBlob
    /// Sealed by another TPM, or by this one before it was cleared.
    case otherTPM
    /// Right form and right TPM, but the TPM's own check of the blob failed.
    case alteredBlob
    /// What was measured since the start is not what the policy expects.
    case registersDiffer
    /// The policy is of a generation that this terminal has retired.
    case retired(counter: UInt64, generation: UInt64)
    /// The policy's signature is not the authority's over this policy.
    case unsignedPolicy
    /// The policy is good, but the blob was sealed to another authority or with another reference.
    case otherPolicy
    /// No endorsement key of an elliptic curve with its certificate is in this TPM.
    case noEndorsementCertificate
    /// The credential was made for another TPM or another attestation key, or it was altered.
    case otherCredential
    /// The TPM does not keep the register in its SHA-256 bank.
    case noRegister(Int)
    /// The caller's value does not fit: a digest of 32 bytes, a secret of 1 to 128.
    case badLength(call: String, count: Int)

    public var description: String {
        switch self {
        case .refused(let call, let code, let reason): "TPM \(call): \(reason) (0x\(String(code, radix: 16)))"
        case .lockedOut(let call, let seconds):
            "TPM \(call): the TPM is locked out after failed authorisations; wait "
                + (seconds.map { "\($0) s" } ?? "for its recovery time") + " or reset it"
        case .transport(let call, let code, let reason):
            "TPM not reached, \(call): \(reason) (0x\(String(code, radix: 16)))"
        case .missingKey(let handle):
            "TPM has no key at 0x\(String(handle, radix: 16)): not provisioned, or cleared since"
        case .unfitKey(let handle, let reason): "TPM key at 0x\(String(handle, radix: 16)) is unfit: \(reason)"
        case .missingCounter(let handle):
            "TPM has no counter at 0x\(String(handle, radix: 16)): not provisioned, or cleared since"
        case .otherCounter(let handle, let reason):
            "TPM counter at 0x\(String(handle, radix: 16)) is unfit: \(reason)"
        case .unreachableGeneration(let counter, let generation):
            "the generation counter stands at \(counter); \(generation) is too far away"
        case .malformedBlob: "not a blob sealed by a TPM"
        case .otherTPM: "sealed by another TPM, or by this one before it was cleared"
        case .alteredBlob: "the TPM refuses the sealed blob: altered"
        case .registersDiffer: "the TPM refuses: what was started is not what the release's policy expects"
        case .retired(let counter, let generation):
            "the TPM refuses: the release is of generation \(generation), and those before \(counter) are retired"
        case .unsignedPolicy: "the TPM refuses: the policy is not signed by the release authority"
        case .otherPolicy: "the TPM refuses: sealed to another release authority, or with another offset"
        case .noEndorsementCertificate: "the TPM has no certificate of its maker for a key of an elliptic curve"
        case .otherCredential: "the TPM refuses the credential: made for another TPM, or altered"
        case .noRegister(let number): "the TPM does not keep register \(number) with SHA-256"
        case .badLength(let call, let count): "TPM \(call): \(count) bytes do not fit"
        }
    }
}
