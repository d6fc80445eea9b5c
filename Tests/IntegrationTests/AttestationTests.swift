import LinuxBase
import Rig
import Testing

/// What software a terminal runs: proved on every connection before the first frame, and again while it lasts.
@Suite(.serialized) struct AttestationTests {
    @Test func `a connection is attested once, and a broken one taken up again without the TPM`() throws {
        var options = Rig.Options()
        options.isRelayed = true
        let rig = try Rig(options)
        try rig.startTerminal()
        try rig.event("attested")
        let first = try rig.event("link_up")
        #expect(first["resumed"] == 0)
        for _ in 0..<3 {
            let mark = try rig.mark()
            try rig.relay?.cut()
            try rig.event("link_down", from: mark)
            try rig.relay?.mend()
            let next = try rig.event("link_up", from: mark, timeout: .seconds(15))
            #expect(next["resumed"] == 1, "no certificate and no signature")
        }
        let attested = try rig.text(of: rig.timelineFile).split(separator: "\n").filter { $0.contains("attested") }
        #expect(attested.count == 1, "a ticket stood for the attestation")
    }

    @Test func `a session's start uses two private keys of the TPM, a resume none, and the proof is quick`() throws {
        var options = Rig.Options()
        options.isRelayed = true
        options.logsBus = true
        let rig = try Rig(options)
        // The first connection after an enrolment has more to do: its secret goes, older releases are retired.
        try rig.startTerminal()
        try rig.event("link_up")
        try rig.stopTerminal()
        let mark = try rig.mark()
        try rig.startTerminal()
        try rig.event("unsealed", from: mark)
        try rig.event("link_up", from: mark)
        let begun = try rig.tpmBus().codes
        try #require(begun.contains(.unseal), "control: the log has the store's opening")
        // The signature is the first that the connection asks for; a salted session would be a private key's work, too.
        let start = try #require(begun.lastIndex(of: .sign))
        #expect(begun[start...].compactMap { $0 } == [.sign, .quote])
        #expect(try rig.event("attested", from: mark)["took_us"] ?? .max <= 50_000)

        try rig.relay?.cut()
        try rig.event("link_down", from: mark)
        let cut = try rig.mark()
        try rig.relay?.mend()
        try rig.event("link_up", from: cut, timeout: .seconds(15))
        #expect(try rig.tpmBus().codes.count == begun.count, "not one command")
    }

    @Test func `while a connection lasts the proof is asked for again`() throws {
        let rig = try Rig()
        try run("vitrinectl", ["group", "set", "default", "--interval", "1", "--state", rig.state], in: rig.folder)
        try rig.startTerminal()
        for _ in 0..<3 {
            let mark = try rig.mark()
            try rig.event("attested", from: mark)
        }
        try wait(for: "three verdicts", log: { rig.logs() }) {
            try rig.text(of: rig.serverLog).components(of: "verdict=passed") >= 3
        }
        #expect(try rig.text(of: rig.terminalLog).components(of: "link up") == 1)
    }

    @Test func `a program that was changed opens no store`() throws {
        let rig = try Rig()
        try rig.reboot()
        // One more measurement than the release has.
        try run(
            "vitrine-measure", ["--tcti", rig.tcti, "--log", rig.folder + "/more", "stranger=/bin/true"],
            in: rig.folder)
        #expect(throws: (any Error).self) { try rig.startTerminal() }
        let log = try rig.text(of: rig.terminalLog)
        #expect(log.contains("sealed store"), "\(log)")
        #expect(!log.contains("ready"), "\(log)")
    }

    @Test func `a release that the operator retired is let in no more`() throws {
        let rig = try Rig()
        try run("vitrinectl", ["release", "retire", "1", "--state", rig.state], in: rig.folder)
        try rig.startTerminal()
        try rig.event("link_down")
        try wait(for: "the reason in both logs", log: { rig.logs() }) {
            try rig.text(of: rig.serverLog).contains("release 1 is retired")
                && rig.text(of: rig.terminalLog).contains("notAttested")
        }
        #expect(!(try rig.text(of: rig.terminalLog).contains("link up")), "no message before the attestation")
    }

    @Test func `a group that only reports lets it in, and says so`() throws {
        let rig = try Rig()
        try run("vitrinectl", ["release", "retire", "1", "--state", rig.state], in: rig.folder)
        try run(
            "vitrinectl", ["group", "set", "default", "--attestation", "report", "--state", rig.state], in: rig.folder)
        try rig.startTerminal()
        try rig.event("link_up")
        let log = try rig.text(of: rig.serverLog)
        #expect(log.contains("verdict=reported") && log.contains("release 1 is retired"), "\(log)")
    }

    @Test func `an update of the software opens the same store, and retires the release before it`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        let old = try Files.read(rig.release, limit: 65536)
        try rig.signRelease("2", generation: 2)
        try run("vitrinectl", ["release", "add", rig.release, "--state", rig.state], in: rig.folder)
        try rig.reboot()
        var mark = try rig.mark()
        try rig.startTerminal()
        try rig.event("link_up", from: mark)
        try rig.stopTerminal()
        // The same programs under the old release: the maker's word for them is out of date.
        try Files.replace(rig.release, with: old)
        mark = try rig.mark()
        #expect(throws: (any Error).self) { try rig.startTerminal() }
        #expect(try rig.text(of: rig.terminalLog).contains("retired"), "\(rig.logs())")
    }

    @Test func `the certificate is renewed before it ends, and the one before is no longer good`() throws {
        var options = Rig.Options()
        options.isRelayed = true
        let rig = try Rig(options)
        // 100 seconds from now; it began five minutes ago.
        try rig.enrolAgain(days: "0.00116")
        // A renewed certificate lasts as long: later by a whole second, or it is not newer.
        Clock.sleep(.milliseconds(1100))
        try rig.startTerminal()
        try wait(for: "the renewal", log: { rig.logs() }) {
            try rig.text(of: rig.terminalLog).contains("certificate renewed")
        }
        let mark = try rig.mark()
        try rig.relay?.cut()
        try rig.event("link_down", from: mark)
        try rig.relay?.mend()
        let next = try rig.event("link_up", from: mark, timeout: .seconds(15))
        #expect(next["resumed"] == 0, "another certificate is another connection")
        try wait(for: "the new one in use", log: { rig.logs() }) {
            try rig.text(of: rig.serverLog).contains("renewed certificate in use")
        }
        // It is as short as the first, and asks for its own successor at once: the first renewal is the one in use.
        let line = try #require(
            try rig.text(of: rig.serverLog).split(separator: "\n").first { $0.contains("certificate renewed") })
        let serial = try #require(line.split(separator: "serial=").last?.prefix { $0.isHexDigit })
        let shown = try run("vitrinectl", ["terminal", "show", Rig.terminalName, "--state", rig.state], in: rig.folder)
        let own = try #require(shown.output.split(separator: "\n").first { $0.hasPrefix("serial") })
        #expect(own.contains(serial), "\(shown.output)")
    }
}

extension String {
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
