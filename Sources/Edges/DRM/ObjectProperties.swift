/// What one part of a card can be told, and how it is set now.
public struct ObjectProperties: Equatable, Sendable {
    private let byName: [String: ObjectProperty]

    package init(_ byName: [String: ObjectProperty]) { self.byName = byName }

    public subscript(_ name: String) -> ObjectProperty? { byName[name] }
    /// Sorted.
    public var names: [String] { byName.keys.sorted() }
}

public struct ObjectProperty: Equatable, Sendable {
    /// The kernel's number for the property, the same for all parts that have it.
    public let identifier: UInt32
    /// As it was when the part was looked at.
    public let value: UInt64
    /// Names that the driver gives to values; of a property that is a set of bits, the bit itself (1, 2, 4 …).
    public let choices: [String: UInt64]
    public let isImmutable: Bool
    /// Of a property that is an unsigned number. Nil for signed numbers, names, objects and blobs.
    public let limits: ClosedRange<UInt64>?
}
