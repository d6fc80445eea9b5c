internal import Kiosk
internal import LinuxBase
internal import Pictures

/// The browser's process, and the pipe by which it is led: messages in JSON, a zero byte after each.
struct Chromium: ~Copyable {
    /// The browser itself: what Debian has in the path is a shell script around it, for people.
    private static let program = "/usr/lib/chromium/chromium"
    /// One message of its at most: a page's text to the server is far shorter, a file's answer goes the other way.
    private static let messageBytes = 4 << 20
    private static let profile = "/tmp/profile"

    private var child: ChildProcess
    private let line: Descriptor
    private var waiting: [UInt8] = []

    init(size: PixelSize) throws {
        // It reads from 3 and writes to 4: both are one socket here.
        let pair = try UnixSocket.pair()
        child = try ChildProcess(
            Self.program, arguments: Self.arguments(size), environment: Process.environment,
            descriptors: [(pair.second.raw, 3), (pair.second.raw, 4)])
        line = pair.split { own, _ in own }
    }

    /// No first-run pages, no calls home, one window as large as the picture. What a page may do is the policy's business
    /// (see `WebPolicy` of Cell), not the command line's.
    private static func arguments(_ size: PixelSize) -> [String] {
        [
            "chromium", "--kiosk", "--remote-debugging-pipe", "--user-data-dir=\(profile)", "--window-position=0,0",
            // A window exactly as large as the screen is made a pixel smaller, for window managers that are not here.
            "--window-size=\(size.width + 1),\(size.height + 1)", "--force-device-scale-factor=1", "--disable-gpu",
            "--no-first-run", "--no-default-browser-check", "--disable-breakpad", "--disable-sync",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update",
            "--disable-default-apps", "--password-store=basic", "--disable-dev-shm-usage",
            // Of the buses and devices that a cell has not, it would tell at length.
            // A process for the next site is for nobody here, nor are lists below an address line that is not there.
            "--disable-features=SpareRendererForSitePerProcess,WebUIOmniboxPopup,WebUIOmniboxAimPopup", "--log-level=3",
            // Not `about:blank`: for that one, keys would go to an address line that is not there.
            "file:///cell/blank.html",
        ]
    }

    /// Readable when it has said something.
    var descriptor: Int32 { line.raw }
    var ended: Int32 { child.ended.raw }
    mutating func status() throws -> ExitStatus { try child.wait() ?? .exited(0) }

    func write(_ message: [UInt8]) throws { try line.writeAll(message + [0]) }

    /// All whole messages that are there.
    mutating func read() throws -> [ArraySlice<UInt8>] {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        guard case .bytes(let count) = try line.read(into: &buffer) else { return [] }
        waiting += buffer[..<count]
        guard waiting.count <= Self.messageBytes else { throw KioskError.tooLong(what: "a message of the browser") }
        guard let last = waiting.lastIndex(of: 0) else { return [] }
        let messages = waiting[..<last].split(separator: 0)
        waiting.removeSubrange(...last)
        return messages
    }
}
