internal import Admission
internal import Crypto
internal import Database
internal import FoundationEssentials
internal import LinuxBase
internal import Rig
internal import Testing
internal import Wire

/// Command lines that must fail: an exit code, and the words.
private let refused: [(Int32, String)] = [
    (64, "table edit --terminal t1"), (64, "table edit --terminal t1 --idle 5"),
    (64, "table edit --terminal t1 --application wallet --idle 0"),
    (64, "table edit --terminal t1 --application wallet --total 86401"),
    (64, "table edit --terminal t1 --application wallet --local-fallback maybe"),
    (64, "table edit --terminal t1 --application wallet --launchers somebody"),
    (64, "table edit --terminal t1 --application wallet --launchers home,home"),
    (64, "table edit --terminal t1 --application wallet --launchers user:+7"),
    (64, "table edit --terminal t1 --application wallet --launchers user:4294967296"),
    (64, "table edit --terminal t1 --application wallet --stored-data a/b"),
    (64, "table edit --terminal t1 --application wallet --server nonsense"),
    (1, "table edit --terminal t2 --application wallet --idle 5"),
    (1, "table edit --terminal t1 --application nothing --idle 5"), (1, "table edit --terminal t1 --user nobody"),
    (64, "table sign --terminal t1 --user alice"), (1, "table sign --terminal t2 --user alice --server localhost:7443"),
    (64, "table sign --terminal t1 --user alice --server localhost:7 --server localhost:7"),
    (1, "table sign --terminal t1 --user nobody --server localhost:7443"),
    (1, "table sign --terminal t1 --user alice --server elsewhere:7443"),
    (1, "table push --terminal t1"), (1, "table push --terminal t2"), (1, "table show --terminal t2"),
]

/// A state folder with a terminal, a user, the wallet and the right to it, and the tool over it.
private final class TableDesk {
    let folder: TemporaryFolder
    var state: String { folder.path + "/state" }

    init() throws {
        folder = try TemporaryFolder()
        try control(["init", "--host", "localhost", "127.0.0.1"])
        let path = folder.path + "/t1"
        try run(
            Programs.tool("openssl"),
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                path + ".key", "-subj", "/CN=t1", "-out", path + ".csr",
            ], in: folder.path)
        let request = try Files.read(path + ".csr", limit: 65536)
        let directory = try Directory(opening: state)
        let issued = try CertificateAuthority.open(state: state, directory: directory).issueTerminal(
            request: String(decoding: request, as: UTF8.self), name: "t1", lifetime: 86400, now: Date())
        try directory.enrol(
            TerminalRecord(
                name: "t1", fingerprint: issued.fingerprint, serial: issued.serial, certificate: issued.pem,
                enrolled: Date(), expires: issued.notAfter))
        try control(["user", "add", "alice"])
        try importApplication("wallet", title: "Wallet", logo: true)
        try grant("wallet")
    }

    @discardableResult
    func control(_ arguments: [String], expecting status: Int32 = 0) throws -> String {
        try run("vitrinectl", arguments + ["--state", state], in: folder.path, expecting: status).output
    }

    @discardableResult
    func control(_ words: String, expecting status: Int32 = 0) throws -> String {
        try control(words.split(separator: " ").map(String.init), expecting: status)
    }

    func grant(_ application: String) throws {
        try control("right grant --terminal t1 --user alice --app \(application)")
    }

    /// `logo` is that of the wallet, whose file the tests have anyway.
    func importApplication(_ id: String, title: String, logo: Bool = false) throws {
        let source = folder.path + "/" + id
        try Files.makeFolder(source)
        let manifest = """
            id = "\(id)"
            title = "\(title)"
            version = "1"
            kind = "native"
            command = ["/app/program"]
            \(logo ? "logo = \"logo.png\"" : "")
            [limits]
            idle_seconds = 33
            """
        try Files.replace(source + "/vitrine.toml", with: Array(manifest.utf8))
        try Files.replace(source + "/program", with: [0], mode: 0o755)
        if logo {
            let picture = try Files.read(Programs.root + "/Images/applications/wallet/logo.png", limit: 1 << 20)
            try Files.replace(source + "/logo.png", with: picture)
        }
        try control(["app", "import", "--unsigned", source])
    }

    func sign(_ more: String = "", expecting status: Int32 = 0) throws -> String {
        try control("table sign --terminal t1 --user alice --server localhost:7443 \(more)", expecting: status)
    }

    /// What the server finds to send, taken apart by hand: see `TableBundle`, and RFC 9052 for the envelope.
    func newest() throws -> Newest {
        let stored = try #require(try Directory(opening: state).signedTable(terminal: "t1"))
        let limits = CBOR.Limits(nesting: 4, containerItems: 64, totalItems: 256)
        let bundle = try CBOR(decoding: stored.bytes, limits: limits)
        let envelope = try #require(bundle[1]?.bytes)
        guard case .tagged(18, .array(let parts)) = try CBOR(decoding: envelope), case .map(let logos)? = bundle[2]
        else { throw RigError.wrong("no bundle with a signed table") }
        let payload = try #require(parts[2].bytes)
        return Newest(
            version: stored.version, payload: payload,
            table: try CBOR(decoding: payload, limits: .init(nesting: 6, containerItems: 64, totalItems: 8192)),
            message: CBOR.array([
                .text("Signature1"), parts[0], .bytes(Array("vitrine table 1".utf8)), .bytes(payload),
            ]).encoded(),
            signature: try #require(parts[3].bytes), logos: logos)
    }

    struct Newest {
        let version: UInt64
        let payload: [UInt8]
        let table: CBOR
        let message: [UInt8]
        let signature: [UInt8]
        let logos: [CBOR: CBOR]

        func row(_ application: String) -> CBOR? { table[4]?.array?.first { $0[1]?.text == application } }
    }
}

extension RecordsTests {
    @Suite struct `Signed tables` {
        @Test(arguments: refused)
        func `a table that cannot be made says why and has an exit code`(status: Int32, words: String) throws {
            let desk = try TableDesk()
            let output = try desk.control(words, expecting: status)
            #expect(output.hasPrefix("Error: ") && output.utf8.count > 12, "\(output)")
            #expect(try Directory(opening: desk.state).signedTable(terminal: "t1") == nil)
            #expect(try desk.sign().contains("table 1 "), "no version is used up")
        }

        @Test func `a table is signed by the operator's key, which only its owner reads`() throws {
            let desk = try TableDesk()
            #expect(!Files.exists(desk.state + "/operator.key"))
            #expect(try desk.sign().contains("table 1 for terminal t1, user alice: Wallet"))
            #expect(try Files.status(desk.state + "/operator.key").mode == 0o600)
            let key = try OperatorKey.open(state: desk.state)
            #expect(key.publicPoint.count == 65 && key.publicPoint[0] == 4)
            let newest = try desk.newest()
            let point = try P256.Signing.PublicKey(x963Representation: key.publicPoint)
            let signature = try P256.Signing.ECDSASignature(rawRepresentation: newest.signature)
            #expect(newest.version == 1 && newest.table[1] == .unsigned(1) && newest.table[2] == .text("t1"))
            #expect(point.isValidSignature(signature, for: newest.message))
            #expect(!point.isValidSignature(signature, for: newest.payload))
            let row = try #require(newest.row("wallet"))
            #expect(row[3] == .array([.array([.text("localhost"), .unsigned(7443)])]))
            #expect(row[7] == .unsigned(33) && row[10] == .bool(false) && row[12] == .array([]))
            let digest = try #require(row[9]?.bytes)
            let logo = try #require(newest.logos[.bytes(digest)]?.bytes)
            #expect(newest.logos.count == 1 && digest == [UInt8](SHA256.hash(data: logo)))
            #expect(try OperatorKey.openOrCreate(state: desk.state).publicPoint == key.publicPoint)
        }

        @Test func `a key that others may read, or that is none, is refused and stays`() throws {
            let desk = try TableDesk()
            let path = desk.state + "/operator.key"
            try Files.replace(path, with: Array("nonsense".utf8), mode: 0o600)
            #expect(try desk.sign(expecting: 1).contains("no P-256 private key"))
            #expect(try Files.read(path, limit: 99) == Array("nonsense".utf8))
            try Files.remove(path)
            _ = try desk.sign()
            try Files.setMode(path, 0o640)
            #expect(try desk.sign(expecting: 1).contains("others may read the operator's key"))
            try Files.setMode(path, 0o600)
            #expect(try desk.sign().contains("table 2 "))
        }

        @Test func `what was set for a row is in the next table, and an empty value puts it back`() throws {
            let desk = try TableDesk()
            _ = try desk.sign()
            let edit = ["table", "edit", "--terminal", "t1", "--application", "wallet"]
            #expect(
                try desk.control(
                    edit + [
                        "--local-fallback", "yes", "--launchers", "home,user:1000", "--stored-data", "account,identity",
                        "--idle", "44", "--total", "55", "--server", "127.0.0.1:7", "--server", "localhost:8",
                    ]
                ).contains("table push"))
            #expect(try desk.newest().version == 1, "nothing is signed yet")
            let shown = try desk.control("table show --terminal t1")
            #expect(shown.contains("unsigned") && shown.contains("wallet: launchers home,anyone → home,user:1000"))
            #expect(try desk.control("table push --terminal t1").contains("table 2 "))
            let row = try #require(try desk.newest().row("wallet"))
            #expect(row[10] == .bool(true) && row[7] == .unsigned(44) && row[8] == .unsigned(55))
            #expect(row[11] == .array([.unsigned(0), .array([.unsigned(1000)])]))
            #expect(row[12] == .array([.text("account"), .text("identity")]))
            #expect(
                row[3]
                    == .array([
                        .array([.text("127.0.0.1"), .unsigned(7)]), .array([.text("localhost"), .unsigned(8)]),
                    ]))
            #expect(try desk.control("table show --terminal t1").contains("nothing has changed since"))

            try desk.control(edit + ["--launchers", "", "--idle", "", "--local-fallback", "no", "--server", ""])
            try desk.control("table push --terminal t1")
            let last = try #require(try desk.newest().row("wallet"))
            #expect(last[11] == .array([.unsigned(0), .unsigned(1)]) && last[7] == .unsigned(33))
            #expect(last[10] == .bool(false) && last[8] == .unsigned(55), "what was not named stays")
            #expect(last[3] == .array([.array([.text("localhost"), .unsigned(7443)])]))
        }

        @Test func `a push has the rights, the user and the servers of now`() throws {
            let desk = try TableDesk()
            #expect(try desk.control("table show --terminal t1").contains("no table has been signed"))
            _ = try desk.sign("--server 127.0.0.1:7 --screen 1280x800")
            try desk.importApplication("clock", title: "Clock")
            try desk.grant("clock")
            #expect(try desk.control("table show --terminal t1").contains("clock: new"))
            #expect(
                try desk.control("table push --terminal t1").contains(
                    "table 2 for terminal t1, user alice: Clock, Wallet"))
            #expect(try desk.newest().row("clock")?[3]?.array?.count == 2)
            try desk.control("right revoke --terminal t1 --user alice --app clock")
            #expect(try desk.control("table show --terminal t1").contains("clock: gone"))
            try desk.control("user add bob")
            try desk.control("right grant --terminal t1 --user bob --app clock")
            try desk.control("table edit --terminal t1 --user bob --server localhost:9")
            #expect(try desk.control("table show --terminal t1").contains("user alice → bob"))
            #expect(
                try desk.control("table push --terminal t1").contains("table 3 for terminal t1, user bob: Clock"))
            let newest = try desk.newest()
            #expect(newest.table[3] == .text("bob") && newest.logos.isEmpty)
            #expect(newest.row("clock")?[3] == .array([.array([.text("localhost"), .unsigned(9)])]))
            try desk.control("terminal revoke t1")
            #expect(try desk.control("table push --terminal t1", expecting: 1).contains("terminal t1 is revoked"))
            #expect(try desk.newest().version == 3)
        }

        @Test func `an exported bundle holds the records that the server would send`() throws {
            let desk = try TableDesk()
            let path = desk.folder.path + "/bundle"
            let export = "table export --terminal t1 --user alice --server localhost:7443 --out \(path)"
            #expect(try desk.control(export).contains("table 1 for terminal t1, user alice: Wallet; "))
            guard case .map(let records) = try CBOR(decoding: try Files.read(path, limit: 8 << 20)) else {
                Issue.record("a bundle is a map")
                return
            }
            let newest = try desk.newest()
            let logos = records.filter { $0.key.text?.hasPrefix("logo/") == true }
            #expect(Array(logos.values) == Array(newest.logos.values))
            let envelope = try #require(records[.text("table")]?.bytes)
            guard case .tagged(18, .array(let parts)) = try CBOR(decoding: envelope) else {
                Issue.record("a signed table is a COSE_Sign1")
                return
            }
            #expect(parts[2].bytes == newest.payload && parts[3].bytes == newest.signature)
            #expect(records.count == 10)
        }

        @Test func `many large logos become smaller, and still fit what a terminal is sent`() throws {
            let desk = try TableDesk()
            for number in 0..<20 {
                // A title of its own makes a folder of its own; the logos are alike, and one record.
                try desk.importApplication("app\(number)", title: "App \(number)", logo: true)
                try desk.grant("app\(number)")
            }
            _ = try desk.sign("--screen 4096x4096")
            let newest = try desk.newest()
            #expect(newest.logos.count == 1 && newest.table[4]?.array?.count == 21)
            let side = newest.logos.values.first.flatMap { try? CBOR(decoding: $0.bytes ?? [])[1]?.unsigned }
            #expect(side.map { (200..<256).contains($0) } == true)
        }
    }
}
