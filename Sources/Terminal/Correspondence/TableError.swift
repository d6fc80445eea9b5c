public import Evidence

/// Why a table that arrived is not taken, or one that is kept is not used. Safe to log.
public enum TableError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not a signed envelope.
    case envelope(EvidenceError)
    /// Not signed by the operator's key, or altered since.
    case signature
    case table(CorrespondenceError)
    case otherTerminal(String)
    /// Replayed, or restored from an old copy.
    case notNewer(UInt64, than: UInt64)
    case missingLogo(application: String)
    /// A logo's bytes are not those whose digest the table names.
    case otherLogo
    case logo(CorrespondenceError)

    public var description: String {
        switch self {
        case .envelope(let error): "not a signed table: \(error)"
        case .signature: "the table is not signed by this terminal's operator"
        case .table(let error): "the signed table: \(error)"
        case .otherTerminal(let name): "the table is for terminal \(name)"
        case .notNewer(let version, let current): "table \(version) is not newer than table \(current)"
        case .missingLogo(let application): "the logo of \(application) is missing"
        case .otherLogo: "a logo is not the one that the table names"
        case .logo(let error): "a logo: \(error)"
        }
    }
}
