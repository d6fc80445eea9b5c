public import Evidence
internal import LinuxBase
internal import Secrets
internal import Synchronization
public import TPM

/// The sealed store in a folder: `key`, `index`, and `records/NAME@VERSION`. What is committed together appears
/// together: after a power cut all of it is there or nothing.
public final class SealedStore: Sendable {
    /// Most bytes of one record.
    public static let recordLimit = 8 << 20
    static let keyBytes = 32

    struct State: ~Copyable {
        let key: SecretBytes
        var index: StoreIndex
        /// False when the TPM failed in a commit: whether it has counted is asked before the next one.
        var isCounted: Bool
    }

    let folder: String
    let tpm: TPMDevice
    let state: Mutex<State>
    // Two with one folder would take each other's commits for old copies.
    private let lock: FileLock

    /// Opens the store: asks the TPM for the key, under the release's policy, and for the store's date. A commit that
    /// was cut off is completed.
    public init(opening folder: String, tpm: TPMDevice, release: ReleaseManifest) throws(SealError) {
        let file = try Self.keyFile(folder)
        let policy = try Self.policy(of: release, for: file)
        let lock = try Self.lock(folder)
        let key = try Self.open(file, tpm, policy)
        let sealed = try Self.bytes(Self.indexPath(folder), record: StoreIndex.record, limit: StoreIndex.limit)
        let index = try StoreIndex(opening: sealed, with: key)
        self.folder = folder
        self.tpm = tpm
        self.lock = lock
        state = Mutex(State(key: key, index: index, isCounted: false))
        try state.withLock { (state) throws(SealError) in
            try count(&state)
            sweep(state.index)
        }
    }

    public func read(_ name: String) throws(SealError) -> [UInt8] {
        let name = try RecordName(name)
        let limit = Self.recordLimit + SealedBytes.overhead
        return try state.withLock { (state) throws(SealError) in
            guard let entry = state.index.entries[name] else { throw .missing(record: name.text) }
            let bytes = try Self.bytes(path(name, entry.version), record: name.text, limit: limit)
            return try SealedRecord.open(bytes, name: name, entry: entry, key: state.key)
        }
    }

    /// Writes a record, at most `recordLimit` bytes; returns when it is on the disk and counts.
    public func write(_ name: String, _ bytes: [UInt8]) throws(SealError) { try commit([(name, bytes)]) }

    /// Removes a record; one that is not there is fine.
    public func remove(_ name: String) throws(SealError) { try commit([(name, nil)]) }

    /// The names of the records, sorted. Being listed does not mean being readable.
    public func names() throws(SealError) -> [String] {
        state.withLock { $0.index.entries.keys.map(\.text).sorted() }
    }

    func path(_ name: RecordName, _ version: UInt64) -> String {
        folder + "/records/" + name.fileName(version: version)
    }

    static func keyPath(_ folder: String) -> String { folder + "/key" }
    static func indexPath(_ folder: String) -> String { folder + "/index" }

    static func lock(_ folder: String) throws(SealError) -> FileLock {
        let lock: FileLock?
        do throws(SystemCallError) { lock = try FileLock(folder + "/lock") } catch { throw .system(error) }
        guard let lock else { throw .inUse(folder: folder) }
        return lock
    }

    static func bytes(_ path: String, record: String, limit: Int) throws(SealError) -> [UInt8] {
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
