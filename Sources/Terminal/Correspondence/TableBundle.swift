internal import Wire

/// A signed table with the logos that it names: what the operator's tool stores and the server sends on, neither of
/// which the terminal takes at its word.
public struct TableBundle: Equatable, Sendable {
    /// The record `table`: see `SignedTable`.
    public let table: [UInt8]
    /// Encoded logos by their digest.
    public let logos: [[UInt8]: [UInt8]]

    /// Map keys.
    private enum Key {
        static let table: UInt64 = 1
        static let logos: UInt64 = 2
    }

    private static let decodingLimits = CBOR.Limits(
        nesting: 2, containerItems: CorrespondenceLimits.rows, totalItems: 2 * CorrespondenceLimits.rows + 8)

    public init(table: [UInt8], logos: [[UInt8]: [UInt8]]) {
        self.table = table
        self.logos = logos
    }

    public func encoded() -> [UInt8] {
        let pairs = logos.map { (CBOR.bytes($0.key), CBOR.bytes($0.value)) }
        return CBOR.fields([
            Key.table: .bytes(table), Key.logos: .map(Dictionary(uniqueKeysWithValues: pairs)),
        ]).encoded()
    }

    /// Pure; refuses what is too long. Says nothing of the signature, nor of whether logos are what their digest says.
    public init(decoding bytes: [UInt8]) throws(CorrespondenceError) {
        guard bytes.count <= CorrespondenceLimits.bundleBytes else { throw .inconsistent }
        let item: CBOR
        do throws(WireError) { item = try CBOR(decoding: bytes, limits: Self.decodingLimits) } catch {
            throw .cbor(error)
        }
        guard let table = item[Key.table]?.bytes, (1...CorrespondenceLimits.tableBytes).contains(table.count) else {
            throw .badField(key: Key.table, row: nil)
        }
        guard case .map(let pairs)? = item[Key.logos] else { throw .badField(key: Key.logos, row: nil) }
        var logos: [[UInt8]: [UInt8]] = [:]
        for (key, value) in pairs {
            guard let digest = key.bytes, digest.count == CorrespondenceLimits.digestBytes, let logo = value.bytes,
                !logo.isEmpty
            else { throw .badField(key: Key.logos, row: nil) }
            logos[digest] = logo
        }
        self.init(table: table, logos: logos)
    }

    /// The records of a store: `table`, and `logo/…` for each logo.
    public var records: [String: [UInt8]] {
        var records = ["table": table]
        for (digest, logo) in logos { records[LogoRecord.name(digest)] = logo }
        return records
    }
}
