internal import Evidence
internal import LinuxBase
internal import Secrets
internal import TLS
public import TPM

/// The store's key: made, sealed, opened, given up.
extension SealedStore {
    /// Makes a new store with a new key, sealed in `tpm` (see `TPMDevice.provision`) to the releases of `authority`.
    /// Any other store of this TPM becomes an old copy.
    ///
    /// `offset`: how much higher than a new TPM's this one's generation counter began; nil takes its present value for
    /// the beginning, which is right for a terminal that never retired a release. When a store is replaced, the old
    /// one's `offset(of:)` is.
    public static func provision(
        folder: String, tpm: TPMDevice, authority: P256PublicPoint, offset: UInt64? = nil
    ) throws(SealError) {
        guard !isProvisioned(folder) else { throw .alreadyProvisioned(folder: folder) }
        do throws(SystemCallError) { try Files.makeFolder(folder + "/records") } catch { throw .system(error) }
        let lock = try lock(folder)
        let key: SecretBytes
        do throws(SystemCallError) { key = try newKey() } catch { throw .system(error) }
        let file: KeyFile
        let index: StoreIndex
        do throws(TPMError) {
            // The counter of a provisioned TPM is at least 1.
            let offset = if let offset { offset } else { try tpm.generation() - 1 }
            let blob = try tpm.seal(key, authority: authority, reference: ReleaseManifest.policyReference(offset))
            file = KeyFile(offset: offset, authority: authority, blob: blob)
            index = StoreIndex(date: try tpm.advanceStoreCounter())
        } catch {
            throw .tpm(error)
        }
        let sealed = try index.sealed(with: key)
        do throws(SystemCallError) {
            // The key file comes last: it is what makes the folder a store.
            try Files.replace(indexPath(folder), with: sealed)
            try Files.replace(keyPath(folder), with: file.encoded())
        } catch {
            throw .system(error)
        }
        _ = consume lock
    }

    /// True when the folder has a key file, good or not.
    public static func isProvisioned(_ folder: String) -> Bool { Files.exists(keyPath(folder)) }

    /// Which of a release's policies opens this store. Read from the key file, without the TPM.
    public static func offset(of folder: String) throws(SealError) -> UInt64 { try keyFile(folder).offset }

    /// Whose releases open this store. Read from the key file, without the TPM.
    public static func authority(of folder: String) throws(SealError) -> P256PublicPoint {
        try keyFile(folder).authority
    }

    /// Moves a store that opens no more out of the way, beside its place, and returns where to. Nothing is deleted.
    public static func retire(_ folder: String) throws(SealError) -> String {
        do throws(SystemCallError) {
            var number = 1
            while Files.exists("\(folder).retired-\(number)") { number += 1 }
            let target = "\(folder).retired-\(number)"
            _ = try Files.move(folder, to: target)
            try Files.syncFolder(Files.parent(of: folder))
            return target
        } catch {
            throw .system(error)
        }
    }

    static func keyFile(_ folder: String) throws(SealError) -> KeyFile {
        try KeyFile(try bytes(keyPath(folder), record: KeyFile.record, limit: KeyFile.limit))
    }

    /// The release's policy for this store, as the TPM takes it. Nothing in a release is trusted here: the TPM checks
    /// it.
    static func policy(of release: ReleaseManifest, for file: KeyFile) throws(SealError) -> ReleasePolicy {
        guard file.authority == P256PublicPoint(x: release.authorityX, y: release.authorityY) else {
            throw .otherAuthority
        }
        guard let policy = release.policy(offset: file.offset) else { throw .noPolicy(offset: file.offset) }
        let (sum, overflow) = release.generation.addingReportingOverflow(file.offset)
        return ReleasePolicy(
            authority: file.authority, registers: release.registers,
            values: release.registerValues(sha256: Digest.sha256), generation: overflow ? .max : sum,
            reference: ReleaseManifest.policyReference(file.offset),
            approved: release.approvedPolicy(
                offset: file.offset, sha256: Digest.sha256,
                counterName: PolicyDigest.counterName(sha256: Digest.sha256)),
            signature: ECDSASignature(r: Array(policy.signature.prefix(32)), s: Array(policy.signature.dropFirst(32))),
            sha256: Digest.sha256)
    }

    static func open(_ file: KeyFile, _ tpm: TPMDevice, _ policy: ReleasePolicy) throws(SealError) -> SecretBytes {
        let key: SecretBytes
        do throws(TPMError) {
            key = try tpm.unseal(file.blob, under: policy)
        } catch .malformedBlob, .alteredBlob {
            throw .altered(record: KeyFile.record)
        } catch {
            throw .tpm(error)
        }
        guard key.count == keyBytes else { throw .altered(record: KeyFile.record) }
        return key
    }

    private static func newKey() throws(SystemCallError) -> SecretBytes {
        var bytes = try Random.bytes(keyBytes)
        defer { wipe(&bytes) }
        return SecretBytes(copying: bytes)
    }
}
