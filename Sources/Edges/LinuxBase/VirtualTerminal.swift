internal import CLinux
internal import Glibc

/// A virtual terminal (`/dev/ttyN`) whose text, cursor and keyboard are silent, and which is switched away from only with
/// this process's consent. When the value ends it is as it was. A process that is killed leaves graphics mode on: who
/// starts it resets the terminal (systemd: `TTYReset=`).
///
/// Make it before any other thread exists, since the two signals by which the kernel asks must be blocked in all, and on a
/// thread that lives as long as the process: the kernel holds on to that thread, and takes its end for the process's.
public struct VirtualTerminal: ~Copyable, Sendable {
    public enum Switch: Equatable, Sendable {
        /// Another terminal is to be shown: let go of the display, then call `allowRelease`. Until then nothing switches.
        case releaseRequested
        /// This terminal is shown again: take the display. (The kernel wants no answer: it ignores VT_ACKACQ, or, if the
        /// next switch is asked for already, takes it for consent.)
        case acquired
    }

    public let number: Int32
    private let terminal: Descriptor
    private let signals: Descriptor
    private let keyboard: Int32

    /// Opens terminal `number` (1…63), or the one that is seen now. Needs CAP_SYS_TTY_CONFIG, unless it is this process's
    /// controlling terminal. It is not brought to the front: see `isActive`. With `silencesKeyboard`, keys of any keyboard
    /// reach neither a login prompt behind the picture nor the kernel's own switching keys.
    public init(_ number: Int32? = nil, silencesKeyboard: Bool = true) throws(SystemCallError) {
        let number = if let number { number } else { try Self.active() }
        guard (1...63).contains(number) else { throw SystemCallError("open(/dev/tty\(number))", EINVAL) }
        let terminal = try Self.open(number)
        let keyboard = CLinux_console_keyboard(terminal.raw)
        guard keyboard >= 0 else { throw SystemCallError("ioctl(KDGKBMODE)", -keyboard) }
        let numbers = [Self.releaseSignal, Self.acquireSignal]
        let queue = unsafe CLinux_signalfd(numbers, numbers.count)
        guard queue >= 0 else { throw SystemCallError("signalfd", -queue) }
        let made = VirtualTerminal(number, terminal, Descriptor(owning: queue), keyboard)
        // The end of `made`, should one of these fail, undoes the others.
        try Self.check(
            CLinux_console_switching(made.terminal.raw, Self.releaseSignal, Self.acquireSignal), "VT_SETMODE")
        try Self.check(CLinux_console_graphics(made.terminal.raw, 1), "KDSETMODE")
        if silencesKeyboard {
            try Self.check(CLinux_console_set_keyboard(made.terminal.raw, CLINUX_KEYBOARD_OFF), "KDSKBMODE")
        }
        self = made
    }

    private init(
        _ number: Int32, _ terminal: consuming Descriptor, _ signals: consuming Descriptor, _ keyboard: Int32
    ) {
        self.number = number
        self.terminal = terminal
        self.signals = signals
        self.keyboard = keyboard
    }

    /// The number for `Poll`: readable when `takeSwitches` has something.
    public var descriptor: Int32 { signals.raw }

    /// What the kernel has asked or told since the last call, in order; the same thing twice in a row is told once.
    public borrowing func takeSwitches() -> [Switch] {
        var buffer = [UInt8](repeating: 0, count: 128 * 8)
        // A signalfd has nothing to fail with but "nothing has arrived".
        guard case .bytes(let count)? = try? signals.read(into: &buffer) else { return [] }
        return Self.switches(in: buffer[..<count])
    }

    /// Lets the terminal be shown that is asked for. False when nobody asks any more, since a second request had been
    /// answered with the first, and this terminal is the one that is seen: go on as after `.acquired`.
    public borrowing func allowRelease() throws(SystemCallError) -> Bool {
        let code = CLinux_console_allow_switch(terminal.raw)
        if code == -EINVAL { return try !isActive() }
        try Self.check(code, "VT_RELDISP")
        return true
    }

    /// True while this terminal is the one that is seen.
    public borrowing func isActive() throws(SystemCallError) -> Bool { try Self.active(of: terminal) == number }

    /// Asks for a terminal to be shown, this one or another; returns before it is.
    public borrowing func activate(_ other: Int32? = nil) throws(SystemCallError) {
        try Self.check(CLinux_console_activate(terminal.raw, other ?? number), "VT_ACTIVATE")
    }

    /// The number of the terminal that is seen now. Throws where the kernel has none.
    public static func active() throws(SystemCallError) -> Int32 { try active(of: open(0)) }

    deinit {
        // Text first: it is drawn once the terminal may be seen again. Nobody is left to tell if the console has gone.
        _ = CLinux_console_graphics(terminal.raw, 0)
        _ = CLinux_console_switching(terminal.raw, 0, 0)
        _ = CLinux_console_set_keyboard(terminal.raw, keyboard)
    }

    /// `/dev/tty0` is whichever terminal is seen.
    private static func open(_ number: Int32) throws(SystemCallError) -> Descriptor {
        try Files.open("/dev/tty\(number)", flags: O_RDWR | O_NOCTTY)
    }

    private static func active(of terminal: borrowing Descriptor) throws(SystemCallError) -> Int32 {
        let number = CLinux_console_active(terminal.raw)
        guard number >= 0 else { throw SystemCallError("ioctl(VT_GETSTATE)", -number) }
        return number
    }

    private static func check(_ code: Int32, _ request: String) throws(SystemCallError) {
        guard code == 0 else { throw SystemCallError("ioctl(\(request))", -code) }
    }

    // Real-time signals: nothing else here uses them, and they are queued. Of two that wait, the lower number comes first:
    // a release can be asked for before we have heard of the acquisition, but not the other way round.
    package static var acquireSignal: Int32 { __libc_current_sigrtmin() }
    package static var releaseSignal: Int32 { __libc_current_sigrtmin() + 1 }

    /// The two signals in a signalfd's records (`struct signalfd_siginfo`: 128 bytes, the number is the first 32 bits).
    package static func switches(in bytes: ArraySlice<UInt8>) -> [Switch] {
        stride(from: bytes.startIndex, to: bytes.endIndex - 127, by: 128).reduce(into: []) { switches, offset in
            // SAFETY: four bytes of a record that lies inside.
            let number = unsafe bytes[offset..<offset + 4].withUnsafeBytes { unsafe $0.loadUnaligned(as: Int32.self) }
            let change: Switch? =
                number == releaseSignal ? .releaseRequested : number == acquireSignal ? .acquired : nil
            if let change, change != switches.last { switches.append(change) }
        }
    }
}
