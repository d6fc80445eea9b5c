/// The files by which a rich side's desktop knows an application: a desktop entry (freedesktop.org Desktop Entry
/// Specification 1.5) and a D-Bus service that the entry leads to. Pure text; the application stands in them under its own
/// name and title, and nothing tells that it runs elsewhere.
public struct LaunchFiles: Sendable {
    /// Absolute path of vitrine-launch.
    private let program: String
    private let socket: String?

    /// The entry for `vitrine:` addresses. No application's entry has a `-` in its name.
    public static let handlerName = "vitrine-uri-handler.desktop"
    /// Longest of these files, bytes; what is longer was made by somebody else.
    public static let byteLimit = 16 << 10

    /// Marks what we have made, and whose it is.
    private static let ownerKey = "X-Vitrine-Application"
    private static let handlerKey = "X-Vitrine-Handler"

    /// Nil when the paths cannot be written down so that every desktop reads them: `program` must be absolute, without
    /// `=` (the specification) and `%` (GLib looks for the program before it undoes `%%`), and neither may hold a control
    /// character. `socket` is given when it is not the default one.
    public init?(program: String, socket: String?) {
        guard program.hasPrefix("/"), !program.contains("="), !program.contains("%") else { return nil }
        let scalars = program.unicodeScalars + (socket ?? "").unicodeScalars
        guard scalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { return nil }
        self.program = program
        self.socket = socket
    }

    public static func entryName(_ application: String) -> String { ApplicationName.bus(application) + ".desktop" }
    public static func serviceName(_ application: String) -> String { ApplicationName.bus(application) + ".service" }
    public static func iconName(_ application: String) -> String { ApplicationName.bus(application) + ".png" }

    /// A desktop that knows D-Bus activation uses the bus, any other `Exec`.
    public func entry(_ offered: OfferedApplication) -> String {
        var lines = [
            "[Desktop Entry]", "Type=Application", "Version=1.1", "Name=\(Self.value(offered.title))",
            "Exec=\(command([offered.application], isEntry: true))", "DBusActivatable=true", "Terminal=false",
            "StartupNotify=false",
        ]
        if offered.icon != nil { lines.append("Icon=\(ApplicationName.bus(offered.application))") }
        lines.append("\(Self.ownerKey)=\(offered.application)")
        return Self.text(lines)
    }

    /// (D-Bus specification, "Message Bus Starting Services".)
    public func service(_ application: String) -> String {
        Self.text([
            "[D-BUS Service]", "Name=\(ApplicationName.bus(application))",
            "Exec=\(command(["--dbus", application], isEntry: false))", "\(Self.ownerKey)=\(application)",
        ])
    }

    /// Hidden from menus: it is only there to be asked for addresses. `--` keeps an address from being an option.
    public func handler() -> String {
        Self.text([
            "[Desktop Entry]", "Type=Application", "Version=1.0", "Name=Vitrine",
            "Exec=\(command(["--"], isEntry: true)) %u", "MimeType=x-scheme-handler/\(LaunchURI.scheme);",
            "NoDisplay=true", "Terminal=false", "StartupNotify=false", "\(Self.handlerKey)=true",
        ])
    }

    /// Whose file this is, if we have made it: the application that its mark names.
    public static func owner(_ text: [UInt8]) -> String? {
        guard let value = mark(ownerKey, in: text), ApplicationName.isValid(value) else { return nil }
        return value
    }

    public static func isHandler(_ text: [UInt8]) -> Bool { mark(handlerKey, in: text) == "true" }

    private static func mark(_ key: String, in text: [UInt8]) -> String? {
        guard text.count <= byteLimit else { return nil }
        let start = Array("\(key)=".utf8)
        let line = text.split(separator: 0x0A).first { $0.starts(with: start) }
        return line.flatMap { String(validating: $0.dropFirst(start.count), as: UTF8.self) }
    }

    private static func text(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }

    private func command(_ arguments: [String], isEntry: Bool) -> String {
        let words = [program] + (socket.map { ["--socket", $0] } ?? []) + arguments
        var line = words.map(Self.quoted).joined(separator: " ")
        // Field codes; a service file has none.
        if isEntry { line = line.replacing("%", with: "%%") }
        return Self.value(line)
    }

    /// One argument as the `Exec` key has it, which a shell, and so the message bus, reads the same.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "/._-+:,@%".utf8.contains(byte)
            }
        }
        if isPlain && !word.isEmpty { return word }
        var result = "\""
        for character in word.unicodeScalars {
            if "\"`$\\".unicodeScalars.contains(character) { result += "\\" }
            result.unicodeScalars.append(character)
        }
        return result + "\""
    }

    /// A string value with its escapes ("Possible value types"). Other control characters have no escape: they become
    /// spaces, though no title that comes over the launch socket has any.
    private static func value(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case " " where result.isEmpty: result.append(contentsOf: "\\s".unicodeScalars)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: result.append(" ")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
