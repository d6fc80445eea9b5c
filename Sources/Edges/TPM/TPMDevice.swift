internal import CTss2
internal import Glibc
public import Secrets
internal import Synchronization

/// The TPM of this terminal. Calls block, one at a time.
///
/// Two persistent objects of the owner hierarchy: a P-256 storage primary, and a P-256 signing key made inside the TPM
/// that cannot leave it. Neither is under dictionary attack protection: a power cut must not lock the terminal out.
public final class TPMDevice: Sendable {
    /// The storage root key's place in the TCG's registry of reserved handles.
    static let primaryHandle: UInt32 = 0x8100_0001
    static let signingHandle: UInt32 = 0x8100_0010
    /// MAX_SYM_DATA of the TPM 2.0 library specification: the most that a sealed object holds.
    static let secretLimit = 128

    private let connection: Mutex<Connection>
    /// True for an emulator behind a socket: its keys are files of somebody. For development only.
    public let isSoftware: Bool

    /// Connects. `tcti` is `NAME:CONFIGURATION` of tpm2-tss, for example `device:/dev/tpmrm0`, or
    /// `swtpm:path=/run/swtpm.sock`. Without a resource manager one process at a time may have the TPM: what it finds in it
    /// at this moment it takes for the leavings of a killed one, and frees it.
    ///
    /// Open it before other threads read the environment: it sets TSS2_LOG if that is unset.
    public init(tcti: String) throws(TPMError) {
        _ = Self.quietLibrary
        let opened = try Connection(tcti: tcti)
        try opened.flushLeftovers()
        isSoftware = opened.isSoftware
        connection = Mutex(opened)
    }

    /// tpm2-tss prints every error to the standard error output by itself; ours carry the same words.
    private static let quietLibrary: Void = { _ = unsafe setenv("TSS2_LOG", "all+none", 0) }()

    /// Makes the two keys where they are absent. Those that are there are checked and kept.
    public func provision() throws(TPMError) {
        try connection.withLock { (connection) throws(TPMError) in
            let primary: ESYS_TR
            do throws(TPMError) {
                primary = try connection.openPrimary()
            } catch .missingKey {
                try connection.makePrimary()
                primary = try connection.openPrimary()
            }
            do throws(TPMError) {
                _ = try connection.openSigningKey()
            } catch .missingKey {
                try connection.makeSigningKey(under: primary)
                _ = try connection.openSigningKey()
            }
        }
    }

    /// The signing key's public point.
    public func clientPublicKey() throws(TPMError) -> P256PublicPoint {
        try connection.withLock { (connection) throws(TPMError) in
            let key = try connection.openSigningKey()
            return try connection.publicPoint(of: key)
        }
    }

    /// Signs a SHA-256 digest (32 bytes) with the signing key.
    public func sign(digest: [UInt8]) throws(TPMError) -> ECDSASignature {
        guard digest.count == 32 else { throw .badLength(call: "Sign", count: digest.count) }
        return try connection.withLock { (connection) throws(TPMError) in
            let key = try connection.openSigningKey()
            return try connection.sign(digest, with: key)
        }
    }

    /// Seals 1 to 128 bytes; the result can be opened by this TPM only, and may be stored anywhere.
    public func seal(_ secret: borrowing SecretBytes) throws(TPMError) -> [UInt8] {
        guard (1...Self.secretLimit).contains(secret.count) else {
            throw .badLength(call: "Create", count: secret.count)
        }
        return try unsafe secret.withBytes { (bytes) throws(TPMError) in
            let bytes = unsafe bytes
            return try connection.withLock { (connection) throws(TPMError) in
                let primary = try connection.openPrimary()
                return try unsafe connection.seal(bytes, under: primary)
            }
        }
    }

    /// Opens what `seal` returned.
    public func unseal(_ blob: [UInt8]) throws(TPMError) -> SecretBytes {
        let parts = try SealedBlob(blob)
        return try connection.withLock { (connection) throws(TPMError) -> SecretBytes in
            let primary = try connection.openPrimary()
            return try connection.unseal(parts, under: primary)
        }
    }
}
