import LinuxBase
import Measurements
import Pictures
import Rig
import Testing
import Wire

/// Whole sessions on the whole system; what a picture shows is the demo's business, what ends how is here.
@Suite(.serialized) struct PaymentTests {
    @Test func `payments end approved, declined with a reason, or with a request for more`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        for (amount, code, words) in [
            ("24.90", 0, "approved"), ("300.00", 3, "Identification"), ("240.00", 0, "approved"),
            ("240.00", 1, "not enough money"),
        ] as [(String, Int32, String)] {
            let mark = try rig.mark()
            let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: amount, identifier: "n\(mark)"))
            try rig.event("shown", from: mark)
            try rig.type("4", "7", "1", "1", "ok")
            // The bank wants to know who pays; whoever pays does not want to say.
            if code == 3 {
                try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= 5 }
                _ = try rig.settledPicture(quiet: .milliseconds(800))
                try rig.type("cancel")
            }
            let end = try launch.wait()
            #expect(end.status == code)
            #expect(end.output.lowercased().contains(words.lowercased()), "\(end.output)")
            try rig.event("outcome_shown", from: mark)
        }
        try wait(for: "the last cell to follow its session", timeout: .seconds(3)) { try rig.cells().isEmpty }
    }

    @Test func `three wrong codes decline, and clear takes digits back`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("shown", from: mark)
        try rig.type("9", "9", "clear", "0", "0", "0", "0", "ok")
        try rig.type("1", "1", "1", "1", "ok", "2", "2", "2", "2", "ok")
        let end = try launch.wait()
        #expect(end.status == 1)
        #expect(end.output.contains("Wrong code"))
    }

    @Test func `an application without a row is not remote, and the launcher may run its own`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        #expect(try rig.launch("spreadsheet").wait().status == 6)
        let (status, output) = try run(
            "vitrine-launch", ["--socket", rig.launchSocket, "--local", "/bin/echo ran here", "spreadsheet"],
            in: rig.folder, expecting: nil)
        #expect(status == 0)
        #expect(output.contains("ran here"))
    }

    @Test func `a second launch is refused while one runs`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        let mark = try rig.mark()
        let first = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("shown", from: mark)
        let second = try rig.launch("calculator").wait()
        #expect(second.status == 5)
        #expect(second.output.contains("running"))
        try rig.type("cancel")
        #expect(try first.wait().status == 4)
    }

    @Test func `a user without the right is refused with the reason`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        try run(
            "vitrinectl",
            [
                "right", "revoke", "--state", rig.state, "--terminal", Rig.terminalName, "--user", Rig.userName,
                "--application", "wallet",
            ], in: rig.folder)
        let end = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90")).wait()
        #expect(end.status == 5)
        #expect(rig.logs().contains("no right") || rig.logs().contains("right"))
    }
}
