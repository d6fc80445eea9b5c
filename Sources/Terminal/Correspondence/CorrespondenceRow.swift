public import Pictures
public import Wire

/// One remote application.
public struct CorrespondenceRow: Equatable, Sendable {
    /// The identifier that launchers and the server use.
    public var application: String
    /// The name that people read.
    public var title: String
    /// Where it runs, in the order in which they are tried: one to `CorrespondenceLimits.servers`.
    public var servers: [ServerAddress]
    /// What the application may ask for.
    public var entryModes: EntryMode
    /// The application's colour on the home and hold screens; opaque.
    public var accent: Colour
    /// A session ends after so many seconds without a key, and after so many in all.
    public var idleSeconds: UInt64
    public var totalSeconds: UInt64
    /// SHA-256 of the logo's encoded record, which is kept under `logoRecord`; nil shows the title alone.
    public var logo: [UInt8]?
    /// Whoever asked may run the application by itself when no server can: a decision of the operator for each row,
    /// because what runs by itself is not what the trusted screen speaks for.
    public var localFallback: Bool
    /// Who may start it: one to `CorrespondenceLimits.launchers`.
    public var launchers: [Launcher]
    /// Names of the sealed records `data/NAME` that may go into its request; nothing else of the store leaves it.
    public var storedData: [String]

    /// Where rows say nothing else: the keypad, and whoever reaches the launch socket.
    public static let usualLaunchers: [Launcher] = [.home, .anyone]

    public init(
        application: String, title: String, servers: [ServerAddress], entryModes: EntryMode, accent: Colour,
        idleSeconds: UInt64, totalSeconds: UInt64, logo: [UInt8]? = nil, localFallback: Bool = false,
        launchers: [Launcher] = usualLaunchers, storedData: [String] = []
    ) {
        precondition(!servers.isEmpty, "a row names a server at least")
        self.application = application
        self.title = title
        self.servers = servers
        self.entryModes = entryModes
        self.accent = accent
        self.idleSeconds = idleSeconds
        self.totalSeconds = totalSeconds
        self.logo = logo
        self.localFallback = localFallback
        self.launchers = launchers
        self.storedData = storedData
    }

    public init(
        application: String, title: String, server: ServerAddress, entryModes: EntryMode, accent: Colour,
        idleSeconds: UInt64, totalSeconds: UInt64, logo: [UInt8]? = nil, localFallback: Bool = false,
        launchers: [Launcher] = usualLaunchers, storedData: [String] = []
    ) {
        self.init(
            application: application, title: title, servers: [server], entryModes: entryModes, accent: accent,
            idleSeconds: idleSeconds, totalSeconds: totalSeconds, logo: logo, localFallback: localFallback,
            launchers: launchers, storedData: storedData)
    }

    /// The first of `servers`.
    public var server: ServerAddress {
        get { servers[0] }
        set { servers[0] = newValue }
    }

    /// The name of the record that holds the logo.
    public var logoRecord: String? { logo.map(LogoRecord.name) }

    /// Whether somebody may start the application: a row that lets anyone in lets every program in, but a key of the
    /// home screen is nobody's program.
    public func allows(launcher: Launcher) -> Bool {
        switch launcher {
        case .home, .anyone: launchers.contains(launcher)
        case .user: launchers.contains(launcher) || launchers.contains(.anyone)
        }
    }

    /// Whether `name` may stand in `storedData`: letters, digits and `. _ -`, not starting with a dot nor ending with
    /// `.new`, so that it can be a part of a record's name.
    public static func isStoredName(_ name: String) -> Bool {
        (1...CorrespondenceLimits.storedNameBytes).contains(name.utf8.count) && !name.hasPrefix(".")
            && !name.hasSuffix(".new")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}
