/// A message: its type and its fields. Values are as the field's class has them: ASCII characters, or for a binary
/// field the bytes themselves. Holds account numbers: it has no description that shows a value, and whoever encodes it
/// wipes the bytes.
public struct Message: Equatable, Sendable {
    public var type: MessageType
    let specification: Specification
    private var values: [Int: [UInt8]] = [:]

    public init(_ type: MessageType, specification: Specification = .ascii1987) {
        self.type = type
        self.specification = specification
    }

    /// The numbers of the fields that are there, ascending.
    public var fields: [Int] { values.keys.sorted() }

    public subscript(field: Int) -> [UInt8]? { values[field] }

    /// Puts a value, or with nil takes the field away. On an error the message is as it was.
    public mutating func set(_ field: Int, _ value: [UInt8]?) throws(MessageError) {
        guard let line = specification[field] else { throw .unknownField(field) }
        if let value { try line.check(value) }
        values[field] = value
    }

    /// Messages are equal when type and fields are.
    public static func == (one: Message, other: Message) -> Bool {
        one.type == other.type && one.values == other.values
    }
}

extension Message: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Type and numbers of the fields; never a value.
    public var description: String { "\(type.rawValue) with fields \(fields.map(String.init).joined(separator: ", "))" }
    public var debugDescription: String { description }
    /// Nothing: a mirror would show the values.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
