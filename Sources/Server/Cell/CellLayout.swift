/// Names that the inside and the outside of a cell agree on.
public enum CellLayout {
    public static let application = "/app"
    public static let runtime = "/run/vitrine"
    public static let socket = "/run/vitrine/rfb.sock"
    public static let request = "/run/vitrine/request"
    /// The jailer itself, which is the first program inside.
    public static let jailer = "/cell/vitrine-cell"
    /// First program of a web cell's window.
    public static let webHost = "/cell/vitrine-web"
    /// An empty page, which a browser shows until its site can be asked for.
    public static let webBlank = "/cell/blank.html"
    /// What Chromium reads as its administrator's will.
    public static let webPolicy = "/etc/chromium/policies/managed/vitrine.json"
    /// With a root of the image's, the jailer runs on the host's libraries, which are here.
    public static let loader = "/cell/loader"
    public static let libraries = "/cell/libraries"
    /// Names at an image's root that are the cell's own making.
    public static let reserved: Set<String> = ["app", "cell", "dev", "proc", "run", "sys", "tmp"]
    /// The application's user inside; outside it is another (see `Jailer`).
    public static let user: UInt32 = 1000
    public static let userName = "application"

    /// Descriptors of the jailer, outside and inside. 0 is empty, 1 and 2 are the log.
    public enum Number {
        /// SOCK_SEQPACKET to the server; the only one of these that the application keeps.
        public static let control: Int32 = 3
        public static let specification: Int32 = 4
        /// One byte, `ready`, once the application is about to run.
        public static let status: Int32 = 5
        /// bubblewrap writes the number of the cell's first process here.
        public static let information: Int32 = 6
    }

    public static let ready: UInt8 = 0x52

    /// Everything that `jailer`'s inner stage is told, as arguments (the outer stage reads the specification instead).
    public enum Stage {
        public static let inside = "--inside"
        public static let window = "--window-init"
    }
}
