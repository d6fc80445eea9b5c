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

extension RecordsTests {
    @Suite struct `The directory of software and groups` {
        @Test func `a terminal that was recorded without a TPM is in the strict group`() throws {
            let office = try Office()
            let issued = try office.enrol("t1")
            let record = try #require(try office.directory.terminal(named: "t1"))
            #expect(record.identity == nil && record.group == GroupRecord.usual && record.next == nil)
            let group = try #require(try office.directory.group(named: record.group))
            #expect(group.attestation == .enforce && group.interval == 300 && group.minimum == 0)
            #expect(record.fingerprint == issued.fingerprint)
        }

        @Test func `a signed table is replaced by a newer one only`() throws {
            let office = try Office()
            let directory = office.directory
            #expect(throws: DatabaseError.unknown(.terminal, name: "t1")) {
                try directory.setSignedTable(terminal: "t1", version: 1, bytes: [1], now: office.now)
            }
            _ = try office.enrol("t1")
            #expect(try directory.signedTable(terminal: "t1") == nil)
            try directory.setSignedTable(terminal: "t1", version: 2, bytes: [2], now: office.now)
            for version: UInt64 in [0, 1, 2, .max] {
                #expect(throws: DatabaseError.self) {
                    try directory.setSignedTable(terminal: "t1", version: version, bytes: [9], now: office.now)
                }
            }
            try directory.setSignedTable(terminal: "t1", version: 3, bytes: [3], now: office.now)
            let kept = try #require(try directory.signedTable(terminal: "t1"))
            #expect(try kept.version == 3 && kept.bytes == [3] && directory.signedTableVersion(terminal: "t1") == 3)
            _ = try office.enrol("t1", replacing: true)
            #expect(try directory.signedTable(terminal: "t1")?.version == 3, "a new certificate changes no table")
        }

        @Test func `row settings are kept by terminal, application and key`() throws {
            let office = try Office()
            let directory = office.directory
            _ = try office.enrol("t1")
            _ = try office.enrol("t2")
            try directory.setRowSettings(terminal: "t1", application: "wallet", ["idle": "9", "total": "99"])
            try directory.setRowSettings(terminal: "t1", application: "", ["user": "alice"])
            try directory.setRowSettings(terminal: "t1", application: "wallet", ["idle": nil])
            #expect(try directory.rowSettings(terminal: "t1") == ["wallet": ["total": "99"], "": ["user": "alice"]])
            #expect(try directory.rowSettings(terminal: "t2").isEmpty)
            let long = String(repeating: "x", count: RecordLimits.settingBytes + 1)
            for (terminal, application, key, value) in [
                ("t9", "wallet", "a", "b"), ("t1", "a/b", "a", "b"), ("t1", "wallet", "a b", "b"),
                ("t1", "wallet", "a", long),
            ] {
                #expect(throws: DatabaseError.self) {
                    try directory.setRowSettings(terminal: terminal, application: application, ["c": "d", key: value])
                }
            }
            #expect(try directory.rowSettings(terminal: "t1")["wallet"] == ["total": "99"], "all or nothing")
        }

        @Test func `groups have bounds, and terminals are in groups that exist`() throws {
            let office = try Office()
            let directory = office.directory
            _ = try office.enrol("t1")
            for group in [
                GroupRecord(name: "a/b"), GroupRecord(name: "g", interval: 0), GroupRecord(name: "g", interval: 86401),
                GroupRecord(name: "g", minimum: .max),
            ] {
                #expect(throws: DatabaseError.self) { try directory.setGroup(group) }
            }
            #expect(throws: DatabaseError.unknown(.group, name: "g")) { try directory.setGroup("g", terminal: "t1") }
            try directory.setGroup(GroupRecord(name: "g", attestation: .report, interval: 5, minimum: 7))
            try directory.setGroup("g", terminal: "t1")
            #expect(try directory.terminal(named: "t1")?.group == "g")
            #expect(try directory.groups().map(\.name) == ["default", "g"])
            #expect(throws: DatabaseError.unknown(.terminal, name: "t9")) {
                try directory.setGroup("g", terminal: "t9")
            }
        }

        @Test func `releases, keys and authorities are known by one name each`() throws {
            let office = try Office()
            let directory = office.directory
            let digest = [UInt8](repeating: 1, count: 32)
            func release(_ digest: [UInt8]) -> ReleaseRecord {
                ReleaseRecord(version: "1", manifest: digest, digest: digest, added: office.now)
            }
            #expect(try directory.addRelease(release(digest)))
            #expect(try !directory.addRelease(release(digest)), "the same again changes nothing")
            #expect(throws: DatabaseError.exists(.release, name: "1")) {
                try directory.addRelease(release([UInt8](repeating: 2, count: 32)))
            }
            #expect(try directory.retireRelease(version: "1", now: office.now))
            #expect(try !directory.retireRelease(version: "1", now: office.now.addingTimeInterval(9)))
            #expect(try directory.release(version: "1")?.retired == office.now)
            let point = [UInt8](repeating: 4, count: 65)
            try directory.trustReleaseKey(ReleaseKeyRecord(name: "m", point: point, added: office.now))
            for (name, other) in [("m", [UInt8](repeating: 5, count: 65)), ("n", point)] {
                #expect(throws: DatabaseError.self) {
                    try directory.trustReleaseKey(ReleaseKeyRecord(name: name, point: other, added: office.now))
                }
            }
            let root = EndorsementRootRecord(name: "r", fingerprint: digest, certificate: "", added: office.now)
            try directory.addEndorsementRoot(root)
            #expect(throws: DatabaseError.exists(.endorsementRoot, name: "r")) {
                try directory.addEndorsementRoot(root)
            }
            #expect(try directory.endorsementRoots() == [root])
            #expect(try directory.removeEndorsementRoot(named: "r") && !directory.removeEndorsementRoot(named: "r"))
        }

        @Test func `one certificate is one terminal's, a renewed one too`() throws {
            let office = try Office()
            let directory = office.directory
            let (first, second) = (try office.enrol("t1"), try office.enrol("t2"))
            func next(_ fingerprint: [UInt8]) -> NextCertificate {
                NextCertificate(fingerprint: fingerprint, serial: "1", certificate: "", expires: office.now)
            }
            try directory.setNextCertificate(next([UInt8](repeating: 7, count: 32)), terminal: "t1")
            #expect(try directory.terminal(fingerprint: [UInt8](repeating: 7, count: 32))?.name == "t1")
            #expect(throws: DatabaseError.self) {
                try directory.setNextCertificate(next([UInt8](repeating: 7, count: 32)), terminal: "t2")
            }
            #expect(try !directory.promoteCertificate(terminal: "t2", fingerprint: second.fingerprint))
            #expect(try directory.terminal(fingerprint: first.fingerprint)?.name == "t1")
            #expect(try directory.promoteCertificate(terminal: "t1", fingerprint: [UInt8](repeating: 7, count: 32)))
            #expect(try directory.terminal(fingerprint: first.fingerprint) == nil)
        }
    }
}
