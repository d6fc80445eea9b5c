/// What the server claimed about commands that cannot be. The connection ends with it.
public enum EntryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The server says it has a command that was never sent.
    case acknowledgedUnsent(acknowledged: UInt64, sent: UInt64)
    /// After a reconnection the server has fewer commands than it had acknowledged before: they would be lost.
    case acknowledgedLess(acknowledged: UInt64, before: UInt64)

    public var description: String {
        switch self {
        case .acknowledgedUnsent(let acknowledged, let sent):
            "the server acknowledged command \(acknowledged), but only \(sent) were sent"
        case .acknowledgedLess(let acknowledged, let before):
            "the server resumed at key \(acknowledged), but it had acknowledged \(before) before"
        }
    }
}
