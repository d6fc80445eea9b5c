// Seal: the sealed store: records in a folder, encrypted under a key that only this terminal's TPM opens. Never writes a
// secret or a record in clear, never returns a record that is not exactly what was written under that name. Blocks on
// the TPM (once, when opening) and on the disk; may be used from any thread.
//
// What it does not see: an older copy of a record, or of the whole store, put back in its place. Its date comes with the
// TPM's counter.

public import LinuxBase
public import TPM

public enum SealError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such record; `record` is `key` for the store's own key file.
    case missing(record: String)
    /// The file is not what was written under this name in this store: bits changed, truncated, swapped, of another store.
    case altered(record: String)
    case tooLarge(record: String, limit: Int)
    /// Not a name of a record: see `RecordName`.
    case badName(String)
    case alreadyProvisioned(folder: String)
    case tpm(TPMError)
    case system(SystemCallError)
    /// OpenSSL failed, which is not a verdict on the record.
    case cipher(record: String, reason: String)

    public var description: String {
        switch self {
        case .missing(let record): "sealed store: \(record) is missing"
        case .altered(let record): "sealed store: \(record) was altered, refused"
        case .tooLarge(let record, let limit): "sealed store: \(record) is larger than \(limit) bytes"
        case .badName(let name): "sealed store: \(name.debugDescription) is not a record name"
        case .alreadyProvisioned(let folder): "sealed store: \(folder) has a key already"
        case .tpm(let error): "sealed store: \(error)"
        case .system(let error): "sealed store: \(error)"
        case .cipher(let record, let reason): "sealed store: \(record): \(reason)"
        }
    }
}
