internal import Admission
internal import Database
internal import FoundationEssentials
internal import LinuxBase
internal import Rig
internal import Testing

extension RecordsTests {
    @Suite struct `The directory` {
        @Test func `a folder that nobody has initialised is named in the error`() throws {
            let folder = try TemporaryFolder()
            #expect(throws: DatabaseError.notInitialised(state: folder.path)) { try Directory(opening: folder.path) }
            #expect(try Files.names(in: folder.path).isEmpty, "looking leaves nothing behind")
        }

        @Test func `records are there after the file is opened again`() throws {
            let office = try Office()
            let issued = try office.enrol("t1")
            try office.directory.setTerminalData("t1", ["place": "Lisbon", "floor": "2"])
            try office.directory.setTerminalData("t1", ["floor": nil])
            let again = try Directory(opening: office.state)
            let record = try #require(try again.terminal(fingerprint: issued.fingerprint))
            #expect(record.name == "t1" && record.certificate == issued.pem && record.enrolled == office.now)
            #expect(try again.terminalData("t1") == ["place": "Lisbon"])
            #expect(try again.authority() == office.authority.certificate.pem)
        }

        @Test func `two processes' worth of handles see each other's writes`() throws {
            let office = try Office()
            let other = try Directory(opening: office.state)
            try other.addUser("alice", data: ["balance": "5"], now: office.now)
            #expect(try office.directory.user(named: "alice")?.data == ["balance": "5"])
        }

        @Test func `a name that is taken is refused, and nothing changes`() throws {
            let office = try Office()
            let issued = try office.enrol("t1")
            #expect(throws: DatabaseError.exists(.terminal, name: "t1")) { _ = try office.enrol("t1") }
            #expect(try office.directory.terminal(named: "t1")?.fingerprint == issued.fingerprint)
            try office.directory.addUser("alice", data: ["balance": "5"], now: office.now)
            #expect(throws: DatabaseError.exists(.user, name: "alice")) {
                try office.directory.addUser("alice", data: [:], now: office.now)
            }
            #expect(try office.directory.user(named: "alice")?.data == ["balance": "5"])
        }

        @Test(arguments: ["", "a b", "../x", ".hidden", "-x", "ä", "a\n", String(repeating: "a", count: 65)])
        func `names that would not do in a path, a log or a certificate are refused`(name: String) throws {
            let office = try Office()
            #expect(throws: DatabaseError.self) { try office.directory.addUser(name, data: [:], now: office.now) }
            #expect(try office.directory.users().isEmpty)
        }

        @Test func `data that an application could not be given is refused as a whole`() throws {
            let office = try Office()
            try office.directory.addUser("alice", data: ["a": "1"], now: office.now)
            let long = String(repeating: "x", count: RecordLimits.valueBytes + 1)
            #expect(throws: DatabaseError.self) { try office.directory.setUserData("alice", ["a": "2", "b": long]) }
            let many = Dictionary(uniqueKeysWithValues: (0..<RecordLimits.dataItems).map { ("k\($0)", Optional("v")) })
            #expect(throws: DatabaseError.self) { try office.directory.setUserData("alice", many) }
            #expect(try office.directory.user(named: "alice")?.data == ["a": "1"])
        }

        @Test func `a right needs a terminal, a user and an application that exist, and goes with them`() throws {
            let office = try Office()
            let directory = office.directory
            func grant() throws -> Bool {
                try directory.grant(terminal: "t1", user: "alice", application: "wallet", now: office.now)
            }
            #expect(throws: DatabaseError.unknown(.terminal, name: "t1")) { try grant() }
            _ = try office.enrol("t1")
            #expect(throws: DatabaseError.unknown(.user, name: "alice")) { try grant() }
            try directory.addUser("alice", data: [:], now: office.now)
            #expect(throws: DatabaseError.unknown(.application, name: "wallet")) { try grant() }
            try office.record("wallet")
            #expect(try grant())
            #expect(try !grant(), "a second time changes nothing")
            #expect(try directory.rights(user: "alice").map(\.application) == ["wallet"])
            #expect(try directory.rights(user: "bob").isEmpty)
            #expect(try directory.removeUser("alice"))
            #expect(try directory.rights().isEmpty)
        }

        @Test func `one version of an application is enabled, the last one added`() throws {
            let office = try Office()
            try office.record("wallet", digest: "aa")
            try office.record("wallet", digest: "bb")
            #expect(try office.directory.enabledApplication("wallet")?.digest == "bb")
            try office.record("wallet", digest: "aa")
            #expect(try office.directory.enabledApplication("wallet")?.digest == "aa")
            #expect(try office.directory.applications("wallet").map(\.enabled) == [true, false])
        }

        @Test func `session numbers are never given twice, and the first end stays`() throws {
            let office = try Office()
            let directory = office.directory
            func start() throws -> Int64 {
                try directory.startSession(
                    terminal: "t1", user: "alice", application: "wallet", digest: "aa", now: office.now)
            }
            let (first, second) = (try start(), try start())
            #expect(first != second)
            let later = office.now.addingTimeInterval(2.5)
            try directory.endSession(first, outcome: .approved, detail: "ref 1", now: later)
            try directory.endSession(first, outcome: .failed, detail: "too late", now: later.addingTimeInterval(1))
            let record = try #require(try directory.sessions(limit: 10, open: false).first)
            #expect(record.outcome == .approved && record.detail == "ref 1" && record.ended == later)
            #expect(try directory.sessions(limit: 10, open: true).map(\.id) == [second])
            #expect(throws: DatabaseError.unknown(.session, name: "99")) {
                try directory.endSession(99, outcome: .ended, detail: "", now: later)
            }
            // As after a server's SIGKILL.
            #expect(try directory.closeOpenSessions(detail: "server ended", now: later) == 1)
            #expect(try directory.sessions(limit: 1).first?.outcome == .interrupted)
            #expect(try start() > second)
        }

        @Test func `long details are cut at a character, and the newest notes come first`() throws {
            let office = try Office()
            let long = String(repeating: "ä", count: RecordLimits.detailBytes)
            try office.directory.note("refused", terminal: nil, detail: long, now: office.now)
            try office.directory.note("revoked", terminal: "t1", detail: "", now: office.now)
            let notes = try office.directory.notes(limit: 2)
            #expect(notes.map(\.event) == ["revoked", "refused"])
            #expect(notes[1].detail == String(repeating: "ä", count: RecordLimits.detailBytes / 2))
        }

        @Test func `table versions only grow, through a replaced certificate too`() throws {
            let office = try Office()
            _ = try office.enrol("t1")
            #expect(try office.directory.nextTableVersion(terminal: "t1") == 1)
            _ = try office.enrol("t1", replacing: true)
            #expect(try office.directory.nextTableVersion(terminal: "t1") == 2)
            #expect(throws: DatabaseError.unknown(.terminal, name: "t9")) {
                try office.directory.nextTableVersion(terminal: "t9")
            }
        }

        @Test func `a file that is no database is refused and left as it was`() throws {
            let folder = try TemporaryFolder()
            let path = StateFolder.database(folder.path)
            let bytes = [UInt8](repeating: 0x41, count: 8192)
            try Files.replace(path, with: bytes)
            #expect(throws: DatabaseError.self) { try Directory(opening: folder.path) }
            #expect(try Files.read(path, limit: 1 << 20) == bytes)
        }
    }
}
