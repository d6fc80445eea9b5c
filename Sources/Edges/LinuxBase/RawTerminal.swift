internal import Glibc

/// A terminal (tty) that gives each key as it is pressed, without echo, until the value ends: then it is as it was.
/// Signals from the keyboard (control-C) still work.
public struct RawTerminal: ~Copyable {
    public let descriptor: Descriptor
    private let before: termios

    /// Opens `path` (for example `/dev/tty`) for itself, non-blocking. Throws ENOTTY for what is no terminal.
    public init(_ path: String) throws(SystemCallError) {
        let descriptor = try Files.open(path, flags: O_RDWR | O_NOCTTY | O_NONBLOCK)
        let before = try Self.settings(of: descriptor.raw, path)
        var settings = before
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
        settings.c_iflag &= ~tcflag_t(ICRNL | INLCR | IGNCR | ISTRIP | IXON)
        try Self.apply(settings, to: descriptor.raw, path)
        self.before = before
        self.descriptor = descriptor
    }

    private static func settings(of fd: Int32, _ path: String) throws(SystemCallError) -> termios {
        var settings = termios()
        guard unsafe tcgetattr(fd, &settings) == 0 else { throw .last("tcgetattr(\(path))") }
        return settings
    }

    private static func apply(_ settings: termios, to fd: Int32, _ path: String) throws(SystemCallError) {
        var settings = settings
        guard unsafe tcsetattr(fd, TCSANOW, &settings) == 0 else { throw .last("tcsetattr(\(path))") }
    }

    deinit {
        var settings = before
        // Nobody is left to tell if the terminal has gone away.
        _ = unsafe tcsetattr(descriptor.raw, TCSANOW, &settings)
    }
}
