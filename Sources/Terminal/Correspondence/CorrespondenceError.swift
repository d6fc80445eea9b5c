public import Wire

/// Why a record of the sealed store is not a table, a logo or a glyph sheet. Safe to log.
public enum CorrespondenceError: Error, Equatable, Sendable, CustomStringConvertible {
    case cbor(WireError)
    /// Made by a build that this one does not know.
    case format(UInt64)
    /// A field of the record is missing, of the wrong type or out of range. `row` counts from 0.
    case badField(key: UInt64, row: Int?)
    case repeatedApplication(row: Int)
    /// Lengths inside the record do not agree with each other.
    case inconsistent

    public var description: String {
        switch self {
        case .cbor(let error): "not deterministic CBOR: \(error)"
        case .format(let number): "made for format \(number), not \(CorrespondenceLimits.format)"
        case .badField(let key, nil): "field \(key) is missing or wrong"
        case .badField(let key, let row?): "field \(key) of row \(row) is missing or wrong"
        case .repeatedApplication(let row): "row \(row) names an application that has a row already"
        case .inconsistent: "lengths inside do not agree"
        }
    }
}
