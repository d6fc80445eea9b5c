import LinuxBase
import Rig
import Testing

/// Bytes and certificates that are not what they should be: refused by name, in both logs.
@Suite(.serialized) struct TrustTests {
    @Test(arguments: ["table", "key"]) func `one flipped bit in the store is refused by the record's name`(
        _ part: String
    ) throws {
        let rig = try Rig()
        let path: String
        if part == "key" {
            path = "\(rig.store)/key"
        } else {
            let name = try #require(try Files.names(in: "\(rig.store)/records").first { $0.contains(part) })
            path = "\(rig.store)/records/\(name)"
        }
        try flipBit(path)
        #expect(throws: (any Error).self) { try rig.startTerminal() }
        let log = rig.logs()
        #expect(log.contains("altered") && log.contains(part), "\(log)")
        #expect(!Files.exists(rig.timelineFile) || !log.contains("\"home\""), "nothing is shown from it")
    }

    private func flipBit(_ path: String) throws {
        var bytes = try Files.read(path, limit: 16 << 20)
        bytes[bytes.count / 2] ^= 0x10
        try Files.replace(path, with: bytes)
    }

    @Test func `a damaged logo is not shown, and the terminal works on`() throws {
        let rig = try Rig()
        let names = try Files.names(in: "\(rig.store)/records").filter { $0.contains("logo") }
        #expect(!names.isEmpty)
        for name in names { try flipBit("\(rig.store)/records/\(name)") }
        try rig.startTerminal()
        let log = try rig.text(of: rig.terminalLog)
        #expect(log.contains("logo not shown") && log.contains("altered"), "\(log)")
        try rig.event("link_up")
        let launch = try rig.launch("calculator")
        try rig.event("hold")
        try rig.event("shown")
        try rig.type("cancel", "cancel")
        #expect(try launch.wait().status == 4)
    }

    @Test func `a revoked terminal is refused, with the reason in both logs`() throws {
        let rig = try Rig()
        try run("vitrinectl", ["terminal", "revoke", "--state", rig.state, Rig.terminalName], in: rig.folder)
        try rig.startTerminal()
        try rig.event("link_down")
        try wait(for: "the server's word", log: { rig.logs() }) {
            try rig.text(of: rig.serverLog).contains("revoked")
        }
        let terminal = try rig.text(of: rig.terminalLog)
        #expect(terminal.contains("unknownTerminal") || terminal.contains("revoked"), "\(terminal)")
    }

    @Test func `a terminal that is revoked while it is connected is cut off, session and all`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        let launch = try rig.launch("calculator")
        try rig.event("shown")
        let mark = try rig.mark()
        try run("vitrinectl", ["terminal", "revoke", "--state", rig.state, Rig.terminalName], in: rig.folder)
        try rig.event("link_down", from: mark, timeout: .seconds(5))
        #expect(try rig.text(of: rig.serverLog).contains("revoked while connected"))
        // It asks again, and is told no: nobody waits for a session that cannot come back.
        try rig.type("cancel", "cancel")
        #expect(try launch.wait().status != 0)
    }

    @Test func `an expired certificate is refused, with the reason in both logs`() throws {
        let rig = try Rig()
        // A little under two seconds.
        try rig.enrolAgain(days: "0.00002")
        Clock.sleep(.seconds(3))
        try rig.startTerminal()
        try rig.event("link_down")
        try wait(for: "the reason in both logs", log: { rig.logs() }) {
            try [rig.serverLog, rig.terminalLog].allSatisfy {
                try rig.text(of: $0).lowercased().contains("expired")
            }
        }
    }

    @Test func `a server of another authority is not believed`() throws {
        let rig = try Rig()
        let stranger = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        try rig.stopServer()
        let port = rig.port
        try stranger.moveServer(to: port)
        try wait(for: "the terminal's refusal", timeout: .seconds(15), log: { rig.logs() + stranger.logs() }) {
            try rig.text(of: rig.terminalLog)
                .contains("secure channel refused")
        }
    }

    @Test func `a terminal of another authority is not believed`() throws {
        let rig = try Rig()
        let stranger = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        try rig.stopServer()
        try stranger.stopServer()
        try stranger.useServerIdentity(of: rig)
        try stranger.moveServer(to: rig.port)
        try wait(for: "the refusal in both logs", timeout: .seconds(15), log: { rig.logs() + stranger.logs() }) {
            let (server, terminal) = (try rig.text(of: stranger.serverLog), try rig.text(of: rig.terminalLog))
            return server.contains("client certificate of an unknown authority")
                && terminal.contains("our certificate is from an authority it does not know")
        }
    }

    @Test func `a certificate of another authority is not installed`() throws {
        let rig = try Rig()
        let said = try rig.refusedCertificate(of: try Rig())
        #expect(said.contains("not of the terminal's authority"), "\(said)")
        try rig.startTerminal()
        try rig.event("link_up")
    }
}
