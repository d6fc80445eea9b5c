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
    (1, "user add x --code 12a4"), (1, "user add x --code 12345"), (64, "user add x --data nothing"),
    (64, "user add x --data =5"), (1, "user add a/b"), (1, "user show nobody"), (1, "user remove nobody"),
    (1, "terminal show nobody"), (1, "terminal revoke nobody"), (1, "app show nothing"),
    (1, "app import --unsigned /nowhere"),
    (1, "app remove nothing"), (64, "nonsense"), (64, "init"), (1, "init --host a_b"),
    (64, "terminal enrol --name t1"), (1, "terminal enrol --name t1 --csr /nowhere --out /nowhere"),
    (1, "right grant --terminal t1 --user u --app wallet"),
    (64, "table export --terminal t1 --user u --server nonsense --out x"),
    (1, "table export --terminal t1 --user u --server localhost:7 --out x"),
]

/// The tool as an operator uses it: the built program, a state folder, its exit codes and what it prints.
private struct Desk: ~Copyable {
    let folder: TemporaryFolder
    var state: String { folder.path + "/state" }

    init() throws {
        let folder = try TemporaryFolder()
        try run(
            "vitrinectl", ["init", "--state", folder.path + "/state", "--host", "localhost", "127.0.0.1"],
            in: folder.path)
        self.folder = folder
    }

    @discardableResult
    func control(_ arguments: [String], expecting status: Int32 = 0) throws -> String {
        try run("vitrinectl", arguments + ["--state", state], in: folder.path, expecting: status).output
    }

    func enrol(_ name: String, _ more: [String] = [], expecting status: Int32 = 0) throws -> String {
        let path = "\(folder.path)/\(name)"
        try run(
            Programs.tool("openssl"),
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                path + ".key",
                "-subj", "/CN=\(name)", "-out", path + ".csr",
            ], in: folder.path)
        return try control(
            ["terminal", "enrol", "--csr", path + ".csr", "--name", name, "--out", path + ".pem"] + more,
            expecting: status)
    }

    func importWallet() throws {
        let source = folder.path + "/wallet"
        try Files.makeFolder(source)
        let manifest = """
            id = "wallet"
            title = "Wallet"
            version = "2.1"
            kind = "native"
            command = ["/app/wallet"]
            accent = "#0B6E4F"
            [limits]
            idle_seconds = 33
            """
        try Files.replace(source + "/vitrine.toml", with: Array(manifest.utf8))
        try Files.replace(source + "/wallet", with: [0], mode: 0o755)
        try control(["app", "import", "--unsigned", source])
    }
}

extension RecordsTests {
    @Suite struct `The operator's tool` {
        @Test func `openssl accepts what init and enrol have made`() throws {
            let desk = try Desk()
            _ = try desk.enrol("t1", ["--days", "30"])
            let openssl = try Programs.tool("openssl")
            let verify = ["verify", "-x509_strict", "-CAfile", desk.state + "/authority.pem"]
            try run(openssl, verify + ["-purpose", "sslclient", desk.folder.path + "/t1.pem"], in: desk.folder.path)
            try run(
                openssl, verify + ["-purpose", "sslserver", "-verify_ip", "127.0.0.1", desk.state + "/server.pem"],
                in: desk.folder.path)
            #expect(try Files.status(desk.state).mode == 0o700)
            #expect(try desk.control(["terminal", "list"]).contains("t1    enrolled"))
        }

        @Test func `init a second time keeps authority and server`() throws {
            let desk = try Desk()
            let before = try Files.read(desk.state + "/server.pem", limit: 65536)
            let output = try desk.control(["init", "--host", "localhost"])
            #expect(output.contains("authority kept") && output.contains("certificate kept"))
            #expect(try Files.read(desk.state + "/server.pem", limit: 65536) == before)
        }

        @Test func `enrolling a name twice needs --replace`() throws {
            let desk = try Desk()
            _ = try desk.enrol("t1")
            #expect(try desk.enrol("t1", expecting: 1).contains("--replace"))
            #expect(try desk.enrol("t1", ["--replace"]).contains("terminal t1 enrolled"))
        }

        @Test func `a code is kept salted and hashed as the wallet checks it, and never shown`() throws {
            let desk = try Desk()
            try desk.control(["user", "add", "alice", "--code", "4711", "--data", "place=Lisbon"])
            try desk.control(["user", "add", "bob", "--code", "4711"])
            let directory = try Directory(opening: desk.state)
            let data = try #require(try directory.user(named: "alice")?.data)
            #expect(data["place"] == "Lisbon")
            let hex = try #require(data["code_salt"])
            let salt = stride(from: 0, to: hex.utf8.count, by: 2).compactMap {
                UInt8(hex.dropFirst($0).prefix(2), radix: 16)
            }
            #expect(salt.count == 16)
            let code = HMAC<SHA256>.authenticationCode(for: Array("4711".utf8), using: SymmetricKey(data: salt))
            #expect(data["code_hash"] == code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
            #expect(!data.values.contains("4711"))
            #expect(
                try directory.user(named: "bob")?.data["code_hash"] != data["code_hash"], "each has a salt of its own")
            let shown = try desk.control(["user", "show", "alice"]) + desk.control(["log"])
            #expect(!shown.contains(data["code_hash"] ?? "") && !shown.contains("4711"))
        }

        @Test(arguments: refused)
        func `what cannot be done says why and has an exit code`(status: Int32, words: String) throws {
            let desk = try Desk()
            let output = try desk.control(words.split(separator: " ").map(String.init), expecting: status)
            let lines = output.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("Error: ") && $0.utf8.count > 12 }, "\(output)")
            #expect(try Directory(opening: desk.state).users().isEmpty)
        }

        @Test func `a state folder that was never made is named`() throws {
            let folder = try TemporaryFolder()
            let output = try run(
                "vitrinectl", ["user", "list", "--state", folder.path + "/absent"], in: folder.path, expecting: 1
            ).output
            #expect(output.contains("absent holds no server state: run vitrinectl init"))
            #expect(!Files.exists(folder.path + "/absent"))
        }

        @Test func `a bundle has what a terminal needs, and no key`() throws {
            let desk = try Desk()
            _ = try desk.enrol("t1")
            try desk.control(["user", "add", "alice"])
            try desk.importWallet()
            let bundle = desk.folder.path + "/bundle"
            let export = ["table", "export", "--terminal", "t1", "--user", "alice", "--out", bundle, "--server"]
            #expect(try desk.control(export + ["localhost:7443"], expecting: 1).contains("may run nothing"))
            try desk.control(["right", "grant", "--terminal", "t1", "--user", "alice", "--app", "wallet"])
            #expect(try desk.control(export + ["elsewhere:7443"], expecting: 1).contains("does not name elsewhere"))
            #expect(try desk.control(export + ["localhost:7443"]).contains("table 1 for terminal t1"))
            #expect(try desk.control(export + ["localhost:7443"]).contains("table 2 for terminal t1"))

            let bytes = try Files.read(bundle, limit: 8 << 20)
            guard case .map(let records) = try CBOR(decoding: bytes) else {
                Issue.record("a bundle is a map")
                return
            }
            #expect(
                Set(records.keys)
                    == Set(
                        [
                            "certificate", "roots", "table", "glyphs/small", "glyphs/body", "glyphs/title",
                            "glyphs/large-small", "glyphs/large-body", "glyphs/large-title",
                        ].map(CBOR.text))
            )
            let authority = try Files.read(desk.state + "/authority.pem", limit: 65536)
            #expect(records[.text("roots")] == .bytes(authority))
            #expect(records[.text("certificate")] == .bytes(try Files.read(desk.folder.path + "/t1.pem", limit: 65536)))
            #expect(!String(decoding: bytes, as: UTF8.self).contains("PRIVATE KEY"))
            let table = String(decoding: records[.text("table")]?.bytes ?? [], as: UTF8.self)
            #expect(table.contains("wallet") && table.contains("localhost") && table.contains("alice"))
            try desk.control(["terminal", "revoke", "t1"])
            #expect(try desk.control(export + ["localhost:7443"], expecting: 1).contains("terminal t1 is revoked"))
        }

        @Test func `lists are aligned, and the log keeps what was done`() throws {
            let desk = try Desk()
            _ = try desk.enrol("t1")
            try desk.importWallet()
            try desk.control(["user", "add", "alice"])
            for _ in 0..<2 {
                try desk.control(["right", "grant", "--terminal", "t1", "--user", "alice", "--app", "wallet"])
            }
            let lines = try desk.control(["right", "list"]).split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines[0].hasPrefix("TERMINAL  USER   APPLICATION  GRANTED"))
            #expect(lines[1].hasPrefix("t1        alice  wallet       20"))
            try desk.control(["right", "revoke", "--terminal", "t1", "--user", "alice", "--app", "wallet"])
            #expect(try desk.control(["right", "list"]).split(separator: "\n").count == 1)
            let events = try Directory(opening: desk.state).notes(limit: 50).map(\.event)
            #expect(events == ["revoked", "granted", "added", "imported", "enrolled", "certified", "initialised"])
            #expect(try desk.control(["app", "verify", "wallet"]).contains("files match"))
            #expect(try desk.control(["app", "list"]).contains("wallet  2.1      Wallet  native  enabled"))
        }

        @Test func `the session list shows how sessions ended`() throws {
            let desk = try Desk()
            let directory = try Directory(opening: desk.state)
            let now = Date(timeIntervalSince1970: 1_800_000_000)
            let session = try directory.startSession(
                terminal: "t1", user: "alice", application: "wallet", digest: "aa", now: now)
            #expect(try desk.control(["session", "list", "--open"]).contains("running"))
            try directory.endSession(
                session, outcome: .declined, detail: "wrong code", now: now.addingTimeInterval(12.34))
            let listed = try desk.control(["session", "list"])
            #expect(listed.contains("12.3") && listed.contains("declined") && listed.contains("wrong code"))
            #expect(try desk.control(["session", "list", "--open"]).split(separator: "\n").count == 1)
        }
    }
}
