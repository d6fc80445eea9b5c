import Keys
import LinuxBase
import Pictures

/// What the command line says.
struct Options: Sendable {
    enum Screen: Equatable, Sendable {
        /// A picture in memory, mapped from `file` where one is named.
        case memory(file: String?)
        /// The same, watched and typed at through RFB (development only).
        case watched(host: String, port: UInt16, file: String?)
    }
    enum Keypad: Equatable, Sendable {
        case none
        case script(String)
        case tty
    }

    var store: String
    var tcti: String
    var screen: Screen
    var keypad: Keypad
    var size: PixelSize
    var launchSocket: String
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
          --plane PLANE          memory (default), memory:FILE (mapped by others), or rfb:127.0.0.1:PORT to be
                                 watched and typed at with a VNC viewer (development only)
          --keypad KEYPAD        none (default), tty, or script:FILE (a file or a FIFO of key names)
          --size WxH             the screen in pixels (default 800x480)
          --decoder PATH         vitrine-decoder (default: beside this program)
          --timeline FILE        append one JSON line for each step of a session
          --pictures DIR         write the screen as a PNG there on SIGUSR1
          --verbose              log more
        """

    init(_ words: [String]) throws(Arguments.Problem) {
        let arguments = try Arguments(
            words,
            options: [
                "--store", "--tcti", "--launch-socket", "--plane", "--keypad", "--size", "--decoder", "--timeline",
                "--pictures",
            ],
            switches: ["--verbose"])
        if let word = arguments.words.first { throw .unknown(word) }
        store = try arguments.required("--store")
        tcti = try arguments.required("--tcti")
        launchSocket = try arguments.required("--launch-socket")
        screen = try Self.screen(arguments["--plane"] ?? "memory")
        keypad = try Self.keypad(arguments["--keypad"] ?? "none")
        size = try Self.size(arguments["--size"] ?? "800x480")
        decoder = arguments["--decoder"] ?? Self.neighbour("vitrine-decoder")
        timeline = arguments["--timeline"]
        pictures = arguments["--pictures"]
        verbose = arguments.has("--verbose")
    }

    private static func screen(_ value: String) throws(Arguments.Problem) -> Screen {
        if value == "memory" { return .memory(file: nil) }
        if value.hasPrefix("memory:") { return .memory(file: String(value.dropFirst("memory:".count))) }
        // rfb:HOST:PORT, with an optional file to map behind a comma.
        let parts = value.split(separator: ",", maxSplits: 1)
        let address = parts.first?.split(separator: ":") ?? []
        guard address.count == 3, address[0] == "rfb", let port = UInt16(address[2]) else {
            throw .bad(name: "--plane", value: value, expected: "memory, memory:FILE or rfb:127.0.0.1:PORT")
        }
        return .watched(host: String(address[1]), port: port, file: parts.count == 2 ? String(parts[1]) : nil)
    }

    private static func keypad(_ value: String) throws(Arguments.Problem) -> Keypad {
        if value == "none" { return .none }
        if value == "tty" { return .tty }
        guard value.hasPrefix("script:") else {
            throw .bad(name: "--keypad", value: value, expected: "none, tty or script:FILE")
        }
        return .script(String(value.dropFirst("script:".count)))
    }

    private static func size(_ value: String) throws(Arguments.Problem) -> PixelSize {
        let sides = value.split(separator: "x").compactMap { Int($0) }
        // 240 rows hold the strip and a picture; chroma needs even sides.
        guard sides.count == 2, (320...4096).contains(sides[0]), (240...4096).contains(sides[1]),
            sides.allSatisfy({ $0.isMultiple(of: 2) })
        else { throw .bad(name: "--size", value: value, expected: "WIDTHxHEIGHT, even, from 320x240 to 4096x4096") }
        return PixelSize(width: sides[0], height: sides[1])
    }

    private static func neighbour(_ name: String) -> String {
        Files.parent(of: Process.executablePath() ?? "/usr/bin/vitrine-terminal") + "/" + name
    }
}
