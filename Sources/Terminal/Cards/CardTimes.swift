/// How long things may take, and how often is looked.
public struct CardTimes: Equatable, Sendable {
    /// One command and its answer. Contactless cards answer within 200 ms or ask for more time; a reader asks for at
    /// most a second or two on their behalf (ISO/IEC 14443-4, frame waiting time extension).
    public var transmit: Duration = .seconds(2)
    /// All commands of a read.
    public var read: Duration = .seconds(8)
    /// Every other call to the card service.
    public var call: Duration = .seconds(3)
    /// How long a card is tried that another program holds, or that has not begun to speak.
    public var patience: Duration = .milliseconds(500)
    /// How often a card service that is not running is looked for.
    public var look: Duration = .milliseconds(100)
    /// One wait for changes; a change in the instant between two waits is seen so much later.
    public var wait: Duration = .seconds(1)
    /// Calls that never came back at most: each keeps a thread.
    public var lostThreads = 8

    public init() {}
}

/// Which readers a board allows.
public enum ReaderRule: Equatable, Sendable {
    case any
    /// The reader's name as the card service has it. The two numbers that pcscd appends (" 00 00") count the readers as
    /// they were plugged in, and may be left out.
    case name(String)

    package func allows(_ reader: String) -> Bool {
        switch self {
        case .any: return true
        case .name(let name):
            guard reader.hasPrefix(name) else { return false }
            let rest = Array(reader.utf8.dropFirst(name.utf8.count))
            return rest.isEmpty
                || rest.count == 6
                    && rest.enumerated().allSatisfy { index, byte in
                        index % 3 == 0 ? byte == 0x20 : (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte)
                    }
        }
    }
}
