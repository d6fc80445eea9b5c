// Commands: what is entered in a session, on its way to the application: in order, none lost, none twice. Owns the numbers
// and nothing else; never touches a socket. Pure values: the session's event loop holds them.

public import Wire

/// Why a terminal's commands cannot be followed any further. The connection ends with it.
public enum CommandError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A command is missing: a key could have been lost, and guessing at it is not an option.
    case gap(expected: UInt64, received: UInt64)

    public var description: String {
        switch self {
        case .gap(let expected, let received): "command \(received) came where \(expected) was due"
        }
    }
}

/// Which commands of a session have arrived, and which of them the application has got.
///
/// A session numbers its commands from 1. After a resume the terminal sends again what it does not know to have
/// arrived, so numbers at or below the last accepted one are repetitions.
public struct CommandLog: Equatable, Sendable {
    /// Sequence of the last command taken; 0 for none.
    public private(set) var accepted: UInt64 = 0
    /// Sequence of the last command that was handed to the application, or needed no handing over; 0 for none.
    public private(set) var delivered: UInt64 = 0

    public init() {}

    /// What to hand to the application, or nil for a repetition.
    public mutating func accept(_ command: Command) throws(CommandError) -> Input? {
        guard command.sequence > accepted else { return nil }
        // `accepted` grows by one at a time from zero, so the addition cannot overflow in any lifetime.
        guard command.sequence == accepted + 1 else { throw .gap(expected: accepted + 1, received: command.sequence) }
        accepted = command.sequence
        return command.input
    }

    /// Everything accepted so far has reached the application (or it did not ask for them).
    public mutating func markDelivered() { delivered = accepted }
}
