import LinuxBase
import Rig
import Testing

/// Bytes and certificates that are not what they should be: refused by name, in both logs.
@Suite(.serialized) struct TrustTests {
    @Test(arguments: ["table", "logo", "key"]) func `one flipped bit in the store is refused by the record's name`(
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
        var bytes = try Files.read(path, limit: 16 << 20)
        bytes[bytes.count / 2] ^= 0x10
        try Files.replace(path, with: bytes)
        #expect(throws: (any Error).self) { try rig.startTerminal() }
        let log = rig.logs()
        #expect(log.contains("altered") && log.contains(part), "\(log)")
        #expect(!Files.exists(rig.timelineFile) || !log.contains("\"home\""), "nothing is shown from it")
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
        try rig.useIdentity(of: stranger)
        try rig.startTerminal()
        try wait(for: "the refusal in both logs", timeout: .seconds(15), log: { rig.logs() }) {
            let (server, terminal) = (try rig.text(of: rig.serverLog), try rig.text(of: rig.terminalLog))
            return server.contains("client certificate of an unknown authority")
                && terminal.contains("our certificate is from an authority it does not know")
        }
    }
}
