internal import ArgumentParser
internal import Correspondence
internal import Database
internal import Pictures

/// What the operator may set for one application's row on one terminal. The directory keeps texts; an application
/// without a text for a key has what its manifest, or the table as a whole, says.
enum RowKey: String, CaseIterable {
    case localFallback = "local-fallback"
    case launchers
    case storedData = "stored-data"
    case idle
    case total
    case servers

    /// What a text must be, for the operator who wrote another.
    var rule: String {
        switch self {
        case .localFallback: "yes or no"
        case .launchers:
            "at most \(CorrespondenceLimits.launchers) of home, anyone, user:NUMBER, with commas between, none twice"
        case .storedData:
            "at most \(CorrespondenceLimits.storedData) names with commas between, none twice: letters, digits, . _ -"
        case .idle, .total: "seconds, 1 to \(CorrespondenceLimits.seconds)"
        case .servers: "at most \(CorrespondenceLimits.servers) of HOST:PORT, none twice"
        }
    }

    func accepts(_ text: String) -> Bool {
        switch self {
        case .localFallback: text == "yes" || text == "no"
        case .launchers: SettingText.launchers(text) != nil
        case .storedData: SettingText.names(text) != nil
        case .idle, .total: SettingText.seconds(text) != nil
        case .servers: SettingText.servers(text) != nil
        }
    }
}

/// One row's settings, read. What is not set, or was set by a version that wrote it otherwise, is nil.
struct RowSettings {
    let localFallback: Bool?
    let launchers: [Launcher]?
    let storedData: [String]?
    let idleSeconds: UInt64?
    let totalSeconds: UInt64?
    let servers: [ServerAddress]?

    init(_ texts: [String: String]) {
        func text(_ key: RowKey) -> String? { texts[key.rawValue] }
        localFallback = text(.localFallback).map { $0 == "yes" }
        launchers = text(.launchers).flatMap(SettingText.launchers)
        storedData = text(.storedData).flatMap(SettingText.names)
        idleSeconds = text(.idle).flatMap(SettingText.seconds)
        totalSeconds = text(.total).flatMap(SettingText.seconds)
        servers = text(.servers).flatMap(SettingText.servers)
    }
}

/// What a terminal's table was last signed with, so that it can be signed again after a change. Kept beside the rows'
/// settings, under the application that has no name.
struct TableSettings: Equatable {
    var user: String
    var servers: [ServerAddress]
    var screen: PixelSize
    var font: String

    static let application = ""
    static let usualScreen = PixelSize(width: 800, height: 480)
    static let usualFont = "Inter"
    static let keys = (user: "user", servers: "servers", screen: "screen", font: "font")

    init(user: String, servers: [ServerAddress], screen: PixelSize, font: String) {
        self.user = user
        self.servers = servers
        self.screen = screen
        self.font = font
    }

    /// nil where no table has been signed yet.
    init?(of settings: [String: [String: String]]) {
        let texts = settings[Self.application] ?? [:]
        guard let user = texts[Self.keys.user],
            let servers = texts[Self.keys.servers].flatMap(SettingText.servers)
        else { return nil }
        self.init(
            user: user, servers: servers,
            screen: texts[Self.keys.screen].flatMap(ScreenArgument.init(argument:))?.size ?? Self.usualScreen,
            font: texts[Self.keys.font] ?? Self.usualFont)
    }

    var texts: [String: String?] {
        [
            Self.keys.user: user, Self.keys.servers: SettingText.text(servers),
            Self.keys.screen: "\(screen.width)x\(screen.height)", Self.keys.font: font,
        ]
    }
}

/// Settings as texts: what the operator writes is what is kept and what is shown.
enum SettingText {
    static func launchers(_ text: String) -> [Launcher]? {
        list(text, limit: CorrespondenceLimits.launchers) { word in
            switch word {
            case "home": return .home
            case "anyone": return .anyone
            default:
                guard word.hasPrefix("user:"), word.utf8.dropFirst(5).first != 0x2B else { return nil }
                return UInt32(word.dropFirst(5)).map(Launcher.user)
            }
        }
    }

    static func names(_ text: String) -> [String]? {
        list(text, limit: CorrespondenceLimits.storedData) {
            CorrespondenceRow.isStoredName(String($0)) ? String($0) : nil
        }
    }

    static func seconds(_ text: String) -> UInt64? {
        guard let value = UInt64(text), (1...CorrespondenceLimits.seconds).contains(value) else { return nil }
        return value
    }

    static func servers(_ text: String) -> [ServerAddress]? {
        list(text, limit: CorrespondenceLimits.servers) { ServerArgument(argument: String($0))?.address }
    }

    static func text(_ servers: [ServerAddress]) -> String { servers.map(\.description).joined(separator: ",") }

    static func text(_ launchers: [Launcher]) -> String {
        launchers.map { launcher in
            switch launcher {
            case .home: "home"
            case .anyone: "anyone"
            case .user(let number): "user:\(number)"
            }
        }.joined(separator: ",")
    }

    private static func list<Value: Hashable>(
        _ text: String, limit: Int, _ read: (Substring) -> Value?
    ) -> [Value]? {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let values = words.compactMap(read)
        guard values.count == words.count, values.count <= limit, Set(values).count == values.count else { return nil }
        return values
    }
}
