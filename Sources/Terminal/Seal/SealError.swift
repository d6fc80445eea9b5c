// Seal: the sealed store: records in a folder, encrypted under a key that only this terminal's TPM opens, and only for
// a release that the terminal's maker has signed. Never writes a secret or a record in clear, never returns a record
// that is not exactly what was written last under that name: the TPM's counter dates the whole. Blocks on the TPM (when
// opening and at each commit) and on the disk; may be used from any thread, by one process at a time.

public import LinuxBase
public import TPM

public enum SealError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such record; `record` is `key` or `index` for the store's own files.
    case missing(record: String)
    /// The file is not what was written under this name in this store: bits changed, truncated, swapped, an older copy,
    /// of another store.
    case altered(record: String)
    case tooLarge(record: String, limit: Int)
    case tooManyRecords(limit: Int)
    /// Not a name of a record: see `RecordName`.
    case badName(String)
    case alreadyProvisioned(folder: String)
    /// Another process, or another value of this one, has the store open.
    case inUse(folder: String)
    /// The whole folder is an older copy: the TPM has counted commits since.
    case oldCopy(date: UInt64, counter: UInt64)
    /// The folder is ahead of the TPM's counter by more than a commit that was cut off: not of this TPM's past.
    case fromElsewhere(date: UInt64, counter: UInt64)
    /// The store was made for releases of another maker.
    case otherAuthority
    /// The release has no signed policy for a TPM whose counter began at `offset` + 1.
    case noPolicy(offset: UInt64)
    case tpm(TPMError)
    case system(SystemCallError)
    /// OpenSSL failed, which is not a verdict on the record.
    case cipher(record: String, reason: String)

    public var description: String {
        switch self {
        case .missing(let record): "sealed store: \(record) is missing"
        case .altered(let record): "sealed store: \(record) was altered, refused"
        case .tooLarge(let record, let limit): "sealed store: \(record) is larger than \(limit) bytes"
        case .tooManyRecords(let limit): "sealed store: more than \(limit) records"
        case .badName(let name): "sealed store: \(name.debugDescription) is not a record name"
        case .alreadyProvisioned(let folder): "sealed store: \(folder) has a key already"
        case .inUse(let folder): "sealed store: \(folder) is in use"
        case .oldCopy(let date, let counter): "sealed store: an old copy (\(date), the TPM counts \(counter)), refused"
        case .fromElsewhere(let date, let counter):
            "sealed store: not of this TPM's past (\(date), the TPM counts \(counter)), refused"
        case .otherAuthority: "sealed store: made for the releases of another maker"
        case .noPolicy(let offset): "sealed store: the release has no policy for a TPM with offset \(offset)"
        case .tpm(let error): "sealed store: \(error)"
        case .system(let error): "sealed store: \(error)"
        case .cipher(let record, let reason): "sealed store: \(record): \(reason)"
        }
    }
}
