internal import CPcsclite
internal import Glibc

/// One reader as the service last described it.
public struct ReaderStatus: Equatable, Sendable {
    public let name: String
    private var state: DWORD = 0

    /// A reader of which nothing is known: the first wait returns at once.
    public init(_ name: String) { self.name = name }

    /// The service has described it.
    public var isKnown: Bool { state != DWORD(SCARD_STATE_UNAWARE) }
    /// A card is in the field.
    public var hasCard: Bool { has(SCARD_STATE_PRESENT) }
    /// Some program is connected to the card.
    public var isInUse: Bool { has(SCARD_STATE_INUSE) }
    /// A card is there, but it does not answer.
    public var isMute: Bool { has(SCARD_STATE_MUTE) }
    /// The service does not know the reader, or cannot reach it.
    public var isGone: Bool { has(SCARD_STATE_UNKNOWN) || has(SCARD_STATE_UNAVAILABLE) || has(SCARD_STATE_IGNORE) }
    /// The service's count of insertions and removals: another card has another number.
    public var changes: Int { Int(state >> 16 & 0xFFFF) }

    private func has(_ flag: Int32) -> Bool { state & DWORD(flag) != 0 }

    /// Asks a wait to include readers that appear and disappear.
    private static let newReaders = "\\\\?PnP?\\Notification"

    /// Lends the states in C's form, one more than there are readers, and takes over what the service wrote.
    static func withEntries(
        _ readers: inout [ReaderStatus], _ body: (UnsafeMutableBufferPointer<SCARD_READERSTATE>) -> Int
    ) -> Int {
        // SAFETY: the strings live until the entries that point at them have been used.
        let names = unsafe (readers.map(\.name) + [newReaders]).map { unsafe strdup($0) }
        defer { for index in unsafe names.indices { unsafe free(names[index]) } }
        var entries: [SCARD_READERSTATE] = unsafe []
        for index in unsafe names.indices {
            var entry = unsafe SCARD_READERSTATE()
            unsafe entry.szReader = UnsafePointer(names[index])
            unsafe entry.dwCurrentState = index < readers.count ? readers[index].state : 0
            unsafe entries.append(entry)
        }
        let result = unsafe entries.withUnsafeMutableBufferPointer { unsafe body($0) }
        guard result == 0 else { return result }
        for index in readers.indices {
            unsafe readers[index].state = entries[index].dwEventState & ~DWORD(SCARD_STATE_CHANGED)
        }
        return result
    }
}
