internal import Admission
internal import Catalogue
internal import Database
internal import FoundationEssentials
internal import LinuxBase
internal import Pictures
internal import Rig
internal import Testing
internal import Wire

/// The tests of the records and of the operator's tool. They wait for commands and disks on a thread of the cooperative
/// pool, so only one of them runs at a time: the tests of connections, beside them, need the others.
@Suite(.serialized) struct RecordsTests {}

/// A state folder with an authority, terminals whose keys the openssl command makes, users and applications.
struct Office: ~Copyable {
    let folder: TemporaryFolder
    let state: String
    let directory: Directory
    let authority: CertificateAuthority
    /// A whole second: certificates know no others.
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    static let year: TimeInterval = 365 * 86400

    init() throws {
        // All that can fail comes first: the folder is moved in last.
        let folder = try TemporaryFolder()
        let state = folder.path + "/state"
        let directory = try Directory.create(in: state)
        authority = try CertificateAuthority.openOrCreate(
            state: state, directory: directory, name: "Test authority", lifetime: 10 * Self.year, now: now
        ).authority
        self.state = state
        self.directory = directory
        self.folder = folder
    }

    /// A certificate request as openssl makes it, for a key on the given curve.
    func request(_ name: String, curve: String = "P-256") throws -> String {
        let path = "\(folder.path)/\(name).csr"
        try openssl([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:\(curve)", "-nodes", "-keyout",
            "\(folder.path)/\(name).key", "-subj", "/CN=\(name)", "-out", path,
        ])
        return String(decoding: try Files.read(path, limit: 65536), as: UTF8.self)
    }

    /// Enrols a terminal with a fresh key and returns its certificate.
    func enrol(
        _ name: String, lifetime: TimeInterval = year, at date: Date? = nil, replacing: Bool = false
    ) throws -> IssuedCertificate {
        let issued = try authority.issueTerminal(
            request: request(name), name: name, lifetime: lifetime, now: date ?? now)
        try directory.enrol(
            TerminalRecord(
                name: name, fingerprint: issued.fingerprint, serial: issued.serial, certificate: issued.pem,
                enrolled: date ?? now, expires: issued.notAfter), replacing: replacing)
        return issued
    }

    /// Records an application without files.
    func record(_ id: String, digest: String = "00", enabled: Bool = true) throws {
        try directory.addApplication(
            ApplicationRecord(
                id: id, digest: digest, version: "1", title: id, manifest: "", folder: id, enabled: enabled,
                imported: now))
    }

    /// Writes files (by relative path) into a new folder below the office's own.
    func source(_ name: String, _ files: [String: String]) throws -> String {
        let source = "\(folder.path)/\(name)"
        for (path, text) in files {
            try Files.makeFolder(Files.parent(of: "\(source)/\(path)"))
            try Files.replace("\(source)/\(path)", with: Array(text.utf8), mode: 0o755)
        }
        return source
    }

    @discardableResult
    func openssl(_ arguments: [String], expecting status: Int32? = 0) throws -> (status: Int32, output: String) {
        try run(Programs.tool("openssl"), arguments, in: folder.path, expecting: status)
    }

    /// `openssl verify` at the office's date, strictly by RFC 5280.
    func verify(_ pem: String, _ more: [String], at date: Date? = nil) throws -> String {
        let path = "\(folder.path)/verified.pem"
        try Files.replace(path, with: Array(pem.utf8))
        let arguments = [
            "verify", "-x509_strict", "-attime", "\(Int((date ?? now).timeIntervalSince1970))", "-CAfile",
            StateFolder.authorityCertificate(state),
        ]
        return try openssl(arguments + more + [path], expecting: nil).output
    }
}

func execution(_ application: String, user: String = "alice") -> ExecutionRequest {
    ExecutionRequest(
        request: [UInt8](repeating: 7, count: WireLimits.requestIdentifierBytes), application: application, user: user,
        target: RenderTarget(
            size: PixelSize(width: 800, height: 448), refreshMillihertz: 60000, level: 31, temporalLayers: 1),
        invoice: Invoice(merchant: "Bakery", account: "X1", identifier: "7", amount: 240, currency: "EUR"))
}
