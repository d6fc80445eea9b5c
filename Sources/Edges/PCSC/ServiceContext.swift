internal import CPcsclite
internal import Measurements

/// A connection to the card service. One thread uses it; only `ContextCanceller` works from another. Outlives the card
/// connections that it made: the service ends those with it.
public struct ServiceContext: ~Copyable, Sendable {
    /// Readers that pcscd manages at most (PCSCLITE_MAX_READERS_CONTEXTS), and bytes of a name (MAX_READERNAME).
    public static let readerLimit = 16
    public static let nameLimit = 128
    /// Readers that one wait takes: the library allows as many entries as readers, and one asks for new ones.
    public static let waitLimit = readerLimit - 1

    private let handle: SCARDCONTEXT

    /// Throws `.serviceGone` where pcscd is not running. Blocks while pcscd hangs, and then every other `init` does
    /// too: the library makes one context at a time.
    public init() throws(PCSCError) {
        var handle: SCARDCONTEXT = 0
        let code = unsafe SCardEstablishContext(DWORD(SCARD_SCOPE_SYSTEM), nil, nil, &handle)
        guard code == 0 else { throw PCSCError(.establish, code) }
        self.handle = handle
    }

    // A context of a service that has ended is released on this side only; nothing could be done about a failure.
    deinit { _ = SCardReleaseContext(handle) }

    /// Ends the waiting of this context from another thread.
    public var canceller: ContextCanceller { ContextCanceller(handle: handle) }

    /// The names of the readers, in the service's order. A USB device words its own name: one that is no text of at
    /// most 127 bytes, or has control characters in it, is left out.
    public borrowing func readers() throws(PCSCError) -> [String] {
        // The longest list there can be, so that no second call can find it longer than the first.
        var bytes = [CChar](repeating: 0, count: Self.readerLimit * Self.nameLimit + 1)
        var count = DWORD(bytes.count)
        let code = unsafe SCardListReaders(handle, nil, &bytes, &count)
        if UInt32(truncatingIfNeeded: code) == 0x8010_002E { return [] }  // NO_READERS_AVAILABLE
        guard code == 0 else { throw PCSCError(.list, code) }
        let names = bytes.prefix(Int(clamping: count)).map { UInt8(bitPattern: $0) }.split(separator: 0)
        return names.compactMap { Self.text($0) }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.count < nameLimit, let name = String(validating: bytes, as: UTF8.self),
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        else { return nil }
        return name
    }

    /// Waits until a reader's state differs from the one in `readers`, readers appear or disappear, `timeout` has
    /// passed (nil: never) or `canceller` ends it; then `readers` has the new states. A reader that appeared between
    /// `readers()` and this call is not a change to the service: wait for limited times, and list again.
    public borrowing func waitForChange(
        _ readers: inout [ReaderStatus], timeout: Duration?
    ) throws(PCSCError) -> WaitEnd {
        let milliseconds = timeout.map { DWORD(clamping: max(0, $0.wholeNanoseconds / 1_000_000)) }
        let handle = self.handle
        let code = unsafe ReaderStatus.withEntries(&readers) { entries in
            unsafe SCardGetStatusChange(
                handle, milliseconds ?? CPcsclite_forever, entries.baseAddress, DWORD(entries.count))
        }
        switch UInt32(truncatingIfNeeded: code) {
        case 0: return .changed
        case 0x8010_000A: return .timedOut
        case 0x8010_0002: return .cancelled
        // A reader that is gone since the listing: the caller lists again. Immediate, so it must not be asked in a
        // loop.
        case 0x8010_0009: return .changed
        default: throw PCSCError(.wait, code)
        }
    }

    /// Connects to the card in `reader`.
    public borrowing func connect(
        _ reader: String, _ protocols: CardProtocols = .any, isExclusive: Bool = true
    ) throws(PCSCError) -> CardConnection {
        try CardConnection(handle, reader, protocols, isExclusive)
    }
}

/// What ended a wait.
public enum WaitEnd: Equatable, Sendable {
    case changed
    case timedOut
    case cancelled
}

/// Ends a wait from another thread. Harmless when nothing waits, or when the context has ended.
public struct ContextCanceller: Sendable {
    let handle: SCARDCONTEXT

    /// Blocks while pcscd hangs.
    public func cancel() throws(PCSCError) {
        let code = SCardCancel(handle)
        guard code == 0 else { throw PCSCError(.cancel, code) }
    }
}
