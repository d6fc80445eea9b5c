internal import LinuxBase
internal import Secrets
internal import Synchronization
public import TPM

/// The sealed store in a folder: `key`, and `records/NAME`. A record is replaced in one step: after a power cut the old one
/// is there or the new one.
public final class SealedStore: Sendable {
    /// Most bytes of one record.
    public static let recordLimit = 8 << 20
    static let keyBytes = 32

    private let folder: String
    /// The store key. The lock also keeps two writes of one record from meeting in the same temporary file.
    private let key: Mutex<SecretBytes>

    /// Makes a new store with a new key, sealed in `tpm`, whose keys must be there (`TPMDevice.provision`).
    public static func provision(folder: String, tpm: TPMDevice) throws(SealError) {
        guard !isProvisioned(folder) else { throw .alreadyProvisioned(folder: folder) }
        let key: SecretBytes
        do throws(SystemCallError) { key = try newKey() } catch { throw .system(error) }
        let blob: [UInt8]
        do throws(TPMError) { blob = try tpm.seal(key) } catch { throw .tpm(error) }
        do throws(SystemCallError) {
            // The key file comes last: it is what makes the folder a store.
            try Files.makeFolder(folder + "/records")
            try Files.replace(path(folder), with: KeyFile.encode(blob))
        } catch {
            throw .system(error)
        }
    }

    /// True when the folder has a key file, good or not.
    public static func isProvisioned(_ folder: String) -> Bool { Files.exists(path(folder)) }

    /// Opens the store: asks the TPM for the key, once.
    public init(opening folder: String, tpm: TPMDevice) throws(SealError) {
        self.folder = folder
        let blob = try KeyFile.decode(try Self.bytes(Self.path(folder), record: KeyFile.record, limit: KeyFile.limit))
        let key: SecretBytes
        do throws(TPMError) {
            key = try tpm.unseal(blob)
        } catch .malformedBlob, .alteredBlob {
            throw .altered(record: KeyFile.record)
        } catch {
            throw .tpm(error)
        }
        guard key.count == Self.keyBytes else { throw .altered(record: KeyFile.record) }
        self.key = Mutex(key)
    }

    public func read(_ name: String) throws(SealError) -> [UInt8] {
        let name = try RecordName(name)
        let limit = Self.recordLimit + SealedRecord.overhead
        let bytes = try Self.bytes(path(name), record: name.text, limit: limit)
        return try key.withLock { (key) throws(SealError) in try SealedRecord.open(bytes, name: name, key: key) }
    }

    /// Writes a record, at most `recordLimit` bytes; returns when it is on the disk.
    public func write(_ name: String, _ bytes: [UInt8]) throws(SealError) {
        let name = try RecordName(name)
        guard bytes.count <= Self.recordLimit else { throw .tooLarge(record: name.text, limit: Self.recordLimit) }
        try key.withLock { (key) throws(SealError) in
            let sealed = try SealedRecord.seal(bytes, name: name, key: key)
            do throws(SystemCallError) { try Files.replace(path(name), with: sealed) } catch { throw .system(error) }
        }
    }

    /// Removes a record; one that is not there is fine.
    public func remove(_ name: String) throws(SealError) {
        let name = try RecordName(name)
        do throws(SystemCallError) { try Files.remove(path(name)) } catch { throw .system(error) }
    }

    /// The names of the records, sorted. Being listed does not mean being readable.
    public func names() throws(SealError) -> [String] {
        do throws(SystemCallError) {
            return try Files.names(in: folder + "/records").compactMap { RecordName(fileName: $0)?.text }.sorted()
        } catch {
            throw .system(error)
        }
    }

    private func path(_ name: RecordName) -> String { folder + "/records/" + name.fileName }
    private static func path(_ folder: String) -> String { folder + "/key" }

    private static func newKey() throws(SystemCallError) -> SecretBytes {
        var bytes = try Random.bytes(keyBytes)
        defer { wipe(&bytes) }
        return SecretBytes(copying: bytes)
    }

    private static func bytes(_ path: String, record: String, limit: Int) throws(SealError) -> [UInt8] {
        do throws(Files.ReadError) {
            return try Files.read(path, limit: limit)
        } catch {
            switch error {
            case .system(let error): throw error.isAbsent ? .missing(record: record) : .system(error)
            case .tooLarge: throw .tooLarge(record: record, limit: limit)
            }
        }
    }
}
