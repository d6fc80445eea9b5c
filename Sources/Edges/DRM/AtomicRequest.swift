/// What one commit is to change. A part that is not named stays as it is.
public struct AtomicRequest: Equatable, Sendable {
    public struct Assignment: Equatable, Sendable {
        public let object: UInt32
        public let property: UInt32
        public let value: UInt64
    }

    public private(set) var assignments: [Assignment] = []

    public init() {}

    public var isEmpty: Bool { assignments.isEmpty }

    /// Numbers below zero (a position, "no fence") are passed as `UInt64(bitPattern: Int64(…))`. The last value that a
    /// property is given counts.
    public mutating func set(_ object: UInt32, _ property: UInt32, _ value: UInt64) {
        let assignment = Assignment(object: object, property: property, value: value)
        // Some tens of assignments at most, so a search is cheaper than a table.
        if let index = assignments.firstIndex(where: { $0.object == object && $0.property == property }) {
            assignments[index] = assignment
        } else {
            assignments.append(assignment)
        }
    }

    /// Adds all of `other`, whose values count where both set a property.
    public mutating func merge(_ other: AtomicRequest) {
        for assignment in other.assignments { set(assignment.object, assignment.property, assignment.value) }
    }
}

public struct CommitFlags: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Changes nothing: only says whether it could be done.
    public static let testOnly = CommitFlags(rawValue: 0x100)
    /// Returns once the commit is accepted; the hardware follows at its next vertical blank.
    public static let nonBlocking = CommitFlags(rawValue: 0x200)
    /// Asks for a `FlipEvent` from every controller that the commit touches. Not with `testOnly`.
    public static let pageFlipEvent = CommitFlags(rawValue: 0x1)
    /// The screen may go dark for a moment.
    public static let allowModeSet = CommitFlags(rawValue: 0x400)
}
