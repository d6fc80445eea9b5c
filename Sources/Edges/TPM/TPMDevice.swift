internal import Glibc

/// The TPM of this terminal. Calls block, one at a time.
///
/// Persistent in the owner hierarchy: a P-256 storage primary, a P-256 signing key and a P-256 attestation key made
/// inside the TPM that cannot leave it, and two counters. None is under dictionary attack protection: a power cut must
/// not lock the terminal out.
public final class TPMDevice: Sendable {
    /// The storage root key's place in the TCG's registry of reserved handles.
    static let primaryHandle: UInt32 = 0x8100_0001
    static let signingHandle: UInt32 = 0x8100_0010
    static let attestationHandle: UInt32 = 0x8100_0011
    /// Releases whose generation is below its value are retired.
    static let generationIndex: UInt32 = 0x0180_0020
    /// Dates the sealed store.
    static let storeIndex: UInt32 = 0x0180_0021
    /// MAX_SYM_DATA of the TPM 2.0 library specification: the most that a sealed object holds.
    static let secretLimit = 128
    /// PCRs of a PC client's TPM.
    static let registerCount = 24

    let owner: OwnerThread
    /// True for an emulator behind a socket: its keys are files of somebody. For development only.
    public var isSoftware: Bool { owner.isSoftware }

    /// Connects. `tcti` is `NAME:CONFIGURATION` of tpm2-tss, for example `device:/dev/tpmrm0`, or
    /// `swtpm:path=/run/swtpm.sock`. Without a resource manager one process at a time may have the TPM: what it finds
    /// in it at this moment it takes for the leavings of a killed one, and frees it.
    ///
    /// Open it before other threads read the environment: it sets TSS2_LOG if that is unset. It starts a thread.
    public init(tcti: String) throws(TPMError) {
        _ = Self.quietLibrary
        owner = try OwnerThread(tcti: tcti)
    }

    /// tpm2-tss prints every error to the standard error output by itself; ours carry the same words.
    private static let quietLibrary: Void = { _ = unsafe setenv("TSS2_LOG", "all+none", 0) }()

    /// Makes keys and counters where they are absent. Those that are there are checked and kept.
    public func provision() throws(TPMError) {
        try owner.perform { (connection) throws(TPMError) in
            do throws(TPMError) {
                _ = try connection.openPrimary()
            } catch .missingKey {
                try connection.makePrimary()
                _ = try connection.openPrimary()
            }
            for key in [PersistentKey.signing, .attestation] {
                do throws(TPMError) { _ = try connection.open(key) } catch .missingKey {
                    try connection.make(key)
                    _ = try connection.open(key)
                }
            }
            // A new counter begins behind every one that the TPM ever had: this order lets a new TPM begin at 1.
            for index in [Self.generationIndex, Self.storeIndex] { try connection.provisionCounter(index) }
        }
    }

    /// The signing key's public point.
    public func clientPublicKey() throws(TPMError) -> P256PublicPoint {
        try owner.perform { (connection) throws(TPMError) in
            try connection.publicPoint(of: connection.open(.signing))
        }
    }

    /// The signing key's marshalled TPMT_PUBLIC.
    public func clientArea() throws(TPMError) -> [UInt8] {
        try owner.perform { (connection) throws(TPMError) in try connection.area(of: connection.open(.signing)) }
    }

    /// Signs a SHA-256 digest (32 bytes) with the signing key.
    public func sign(digest: [UInt8]) throws(TPMError) -> ECDSASignature {
        guard digest.count == 32 else { throw .badLength(call: "Sign", count: digest.count) }
        return try owner.perform { (connection) throws(TPMError) in
            try connection.sign(digest, with: connection.open(.signing))
        }
    }

    /// Dictionary attack protection as it stands.
    public func lockout() throws(TPMError) -> LockoutState {
        try owner.perform { (connection) throws(TPMError) in try connection.lockout() }
    }
}
