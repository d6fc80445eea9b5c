import Correspondence
import Keys
import LinuxBase
import Pictures
import Plane

/// What the command line says.
struct Options: Sendable {
    enum Screen: Equatable, Sendable {
        /// A picture in memory, mapped from `file` where one is named.
        case memory(file: String?)
        /// The same, watched and typed at through RFB (development only).
        case watched(host: String, port: UInt16, file: String?)
        /// A real display.
        case display(DisplayTarget)
    }
    enum Keypad: Equatable, Sendable {
        case none
        case script(String)
        case tty
        /// The kernel's input devices: only these.
        case devices([KeypadMatch], KeyMap)
    }

    var store: String
    var tcti: String
    var release: String
    var measurements: String
    var screen: Screen
    var keypad: Keypad
    /// Nil: the display's own, or 800×480 where there is none.
    var size: PixelSize?
    /// From the board file.
    var counter: CounterDevices
    var touch: TouchDevice
    /// How large the trusted environment writes.
    var type = TypeSize.regular
    var launchSocket: String
    /// Who reaches the launch socket; the table's rows say who of those may launch what.
    var launchMode: UInt32
    var decoder: String
    var timeline: String?
    var pictures: String?
    var verbose: Bool

    static let usage = """
        usage: vitrine-terminal --store DIR --tcti TCTI --launch-socket PATH [options]

        The trusted environment of a payment terminal: shows what a server runs, sends what is typed.

          --store DIR            sealed store, made by vitrine-provision
          --tcti TCTI            the TPM: device:/dev/tpmrm0, or swtpm:path=… (development only)
          --launch-socket PATH   where vitrine-launch asks
          --launch-mode MODE     permissions of that socket, octal (default: 660): 666 lets every user ask, and the
                                 correspondence table say who may
          --release FILE         the release manifest of this image (default: /usr/lib/vitrine/release.cbor)
          --measurements FILE    what vitrine-measure wrote in this boot (default: /run/vitrine/measurements)
          --board FILE           what the board has: display, keypad, keys (see Board/); the options below come first
          --plane PLANE          memory (default), memory:FILE (mapped by others), rfb:127.0.0.1:PORT to be watched and
                                 typed at with a VNC viewer (development only), or kms for a display, with choices
                                 behind it: kms,card=/dev/dri/card0,connector=HDMI-A-1,vt=1,without=direct
          --keypad KEYPAD        none (default), tty, script:FILE (a file or a FIFO of key names), evdev for the keypad
                                 that the board file names, or evdev:MATCH,… (name=…, path=…, phys=…, usb=VVVV:PPPP)
          --size WxH             the screen in pixels (default: the display's, else 800x480)
          --decoder PATH         vitrine-decoder (default: beside this program)
          --timeline FILE        append one JSON line for each step of a session
          --pictures DIR         write the screen as a PNG there on SIGUSR1
          --verbose              log more
        """

    init(_ words: [String]) throws(Arguments.Problem) {
        let arguments = try Arguments(
            words,
            options: [
                "--store", "--tcti", "--launch-socket", "--launch-mode", "--release", "--measurements", "--board",
                "--plane", "--keypad", "--size", "--decoder",
                "--timeline", "--pictures",
            ],
            switches: ["--verbose"])
        if let word = arguments.words.first { throw .unknown(word) }
        store = try arguments.required("--store")
        tcti = try arguments.required("--tcti")
        launchSocket = try arguments.required("--launch-socket")
        launchMode = try Self.mode(arguments["--launch-mode"] ?? "660")
        release = arguments["--release"] ?? "/usr/lib/vitrine/release.cbor"
        measurements = arguments["--measurements"] ?? "/run/vitrine/measurements"
        let board = try Self.board(arguments["--board"])
        screen = try Self.screen(arguments["--plane"] ?? "memory", board)
        keypad = try Self.keypad(arguments["--keypad"] ?? "none", board)
        counter = board.counter
        touch = board.touch
        size = try arguments["--size"].map(Self.size) ?? board.size
        type = board.type
        decoder = arguments["--decoder"] ?? Self.neighbour("vitrine-decoder")
        timeline = arguments["--timeline"]
        pictures = arguments["--pictures"]
        verbose = arguments.has("--verbose")
    }

    private static func board(_ path: String?) throws(Arguments.Problem) -> BoardFile {
        guard let path else { return BoardFile() }
        do throws(BoardFile.Problem) { return try BoardFile(reading: path) } catch {
            throw .bad(name: "--board", value: path, expected: "a board file (\(error))")
        }
    }

    private static func screen(_ value: String, _ board: BoardFile) throws(Arguments.Problem) -> Screen {
        if value == "kms" || value.hasPrefix("kms,") { return .display(try display(value, board.display)) }
        if value == "memory" { return .memory(file: nil) }
        if value.hasPrefix("memory:") { return .memory(file: String(value.dropFirst("memory:".count))) }
        // rfb:HOST:PORT, with an optional file to map behind a comma.
        let parts = value.split(separator: ",", maxSplits: 1)
        let address = parts.first?.split(separator: ":") ?? []
        guard address.count == 3, address[0] == "rfb", let port = UInt16(address[2]) else {
            throw .bad(name: "--plane", value: value, expected: "memory, memory:FILE, rfb:127.0.0.1:PORT or kms")
        }
        return .watched(host: String(address[1]), port: port, file: parts.count == 2 ? String(parts[1]) : nil)
    }

    private static func display(_ value: String, _ board: DisplayTarget) throws(Arguments.Problem) -> DisplayTarget {
        var target = board
        for choice in value.split(separator: ",").dropFirst() {
            let parts = choice.split(separator: "=", maxSplits: 1).map(String.init)
            switch (parts.first, parts.count) {
            case ("card", 2): target.card = parts[1]
            case ("connector", 2): target.connector = parts[1]
            case ("vt", 2) where Int(parts[1]).map { (1...63).contains($0) } == true: target.terminal = Int(parts[1])
            case ("without", 2) where FramePath(rawValue: parts[1]) != nil && parts[1] != FramePath.converted.rawValue:
                if let path = FramePath(rawValue: parts[1]) { target.withoutPaths.insert(path) }
            default:
                throw .bad(
                    name: "--plane", value: value,
                    expected: "kms, with card=, connector=, vt=1…63, without=direct or without=interleaved")
            }
        }
        return target
    }

    private static func keypad(_ value: String, _ board: BoardFile) throws(Arguments.Problem) -> Keypad {
        if value == "none" { return .none }
        if value == "tty" { return .tty }
        if value.hasPrefix("script:") { return .script(String(value.dropFirst("script:".count))) }
        if value == "evdev", !board.keypads.isEmpty { return .devices(board.keypads, board.keys) }
        guard value.hasPrefix("evdev:") else {
            throw .bad(
                name: "--keypad", value: value,
                expected: "none, tty, script:FILE, evdev (with a board file) or evdev:MATCH")
        }
        do throws(KeypadMatchError) {
            return .devices(try KeypadMatch.list(parsing: value.dropFirst("evdev:".count)), board.keys)
        } catch {
            throw .bad(name: "--keypad", value: value, expected: "devices (\(error))")
        }
    }

    private static func mode(_ value: String) throws(Arguments.Problem) -> UInt32 {
        guard let mode = UInt32(value, radix: 8), mode & ~0o666 == 0 else {
            throw .bad(name: "--launch-mode", value: value, expected: "permissions such as 660 or 666")
        }
        return mode
    }

    private static func size(_ value: String) throws(Arguments.Problem) -> PixelSize {
        guard let size = ScreenSize(value) else {
            throw .bad(name: "--size", value: value, expected: ScreenSize.expected)
        }
        return size.pixels
    }

    private static func neighbour(_ name: String) -> String {
        Files.parent(of: Process.executablePath() ?? "/usr/bin/vitrine-terminal") + "/" + name
    }
}
