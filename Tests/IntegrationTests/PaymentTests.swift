import Glibc
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

/// The terminal or the server dies around the bank's yes: whoever comes back knows.
@Suite(.serialized) struct LostAnswerTests {
    /// Types the code in a wallet and waits until the bank has taken the money: nobody has seen the answer yet.
    private func paying() throws -> (rig: Rig, launch: RunningLaunch) {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("shown", from: mark)
        try rig.type("4", "7", "1", "1", "ok")
        try wait(for: "the money to be taken", log: { rig.logs() }) {
            try rig.issuer?.ledger().entries.contains { $0.isTaken } == true
        }
        return (rig, launch)
    }

    @Test func `a terminal that dies after the bank's yes shows it when it is back`() throws {
        let (rig, launch) = try paying()
        try rig.stopTerminal(.kill)
        _ = try launch.wait()
        let mark = try rig.mark()
        try rig.startTerminal()
        try rig.event("outcome_shown", from: mark)
        #expect(try rig.text(of: rig.terminalLog).contains("the outcome was: approved"), "\(rig.logs())")
        try rig.event("home", from: mark)
        // It is told once, and the next payment is another.
        try rig.stopTerminal()
        let next = try rig.mark()
        try rig.startTerminal()
        try rig.event("link_up", from: next)
        let again = try rig.launch("wallet", invoice: try rig.invoice(amount: "10.00", identifier: "another"))
        try rig.event("shown", from: next)
        try rig.type("4", "7", "1", "1", "ok")
        #expect(try again.wait().status == 0)
        #expect(try rig.issuer?.ledger().entries.filter(\.isTaken).map(\.amount) == [2490, 1000])
    }

    @Test func `a server that dies after the bank's yes tells it when it is back`() throws {
        let (rig, launch) = try paying()
        try rig.stopServer(.kill)
        try rig.startServer()
        let end = try launch.wait()
        // Killed before the answer was on its disk, it takes the payment back; after that, the payment stands.
        #expect([0, 1].contains(end.status), "\(end.output)\n\(rig.logs())")
        try wait(for: "the ledger to agree", log: { rig.logs() }) {
            try rig.issuer?.ledger().entries.filter(\.isTaken).count == (end.status == 0 ? 1 : 0)
        }
        #expect(try rig.issuer?.ledger().unbalanced.isEmpty == true)
    }

    @Test func `a server that is shut down while the answer is on the screen says how it ended`() throws {
        let (rig, launch) = try paying()
        try wait(for: "the answer", log: { rig.logs() }) {
            try rig.text(of: rig.serverLog).contains("payment answered: approved")
        }
        try rig.stopServer(.terminate)
        let end = try launch.wait()
        #expect(end.status == 0, "\(end.output)\n\(rig.logs())")
    }

    @Test func `while a payment is looked up nothing is launched, and its answer goes to nothing else`() throws {
        let (rig, launch) = try paying()
        try rig.stopTerminal(.kill)
        _ = try launch.wait()
        try rig.stopServer(.terminate)
        let mark = try rig.mark()
        try rig.startTerminal()
        let refused = try rig.launch("wallet", invoice: try rig.invoice(amount: "10.00", identifier: "another")).wait()
        #expect(refused.status != 0 && refused.output.contains("looked up"), "\(refused.output)")
        try rig.startServer()
        try rig.event("outcome_shown", from: mark, timeout: .seconds(20))
        #expect(try rig.text(of: rig.terminalLog).contains("the outcome was: approved"), "\(rig.logs())")
        #expect(try rig.issuer?.ledger().entries.filter(\.isTaken).map(\.amount) == [2490])
    }

    @Test func `a launch that no server has taken leaves nothing to be looked up`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        try rig.stopServer(.terminate)
        let invoice = try rig.invoice(amount: "24.90")
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: invoice)
        try rig.event("hold", from: mark)
        try rig.type("cancel")
        _ = try launch.wait()
        try rig.startServer()
        let next = try rig.mark()
        try rig.event("link_up", from: next, timeout: .seconds(20))
        let again = try rig.launch("wallet", invoice: invoice)
        try rig.event("shown", from: next)
        try rig.type("4", "7", "1", "1", "ok")
        #expect(try again.wait().status == 0)
    }

    @Test func `a wallet that dies after the bank's yes has paid all the same`() throws {
        let (rig, launch) = try paying()
        for cell in try rig.cells() { kill(cell, SIGKILL) }
        #expect(try launch.wait().status == 0, "\(rig.logs())")
    }
}

@Suite(.serialized) struct CodePaymentTests {
    @Test func `a picture of a merchant's code pays its bill`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", code: Programs.root + "/Tests/Fixtures/Codes/bill.pgm")
        try rig.event("shown", from: mark)
        try rig.type("4", "7", "1", "1", "ok")
        let end = try launch.wait()
        // In another currency than the account's, or with money in it: what the bank says is told either way.
        #expect([0, 1].contains(end.status), "\(end.output)")
        #expect(try rig.issuer?.ledger().entries.count == 1)
    }

    @Test func `a picture without a code, or with a wrong one, is refused in words`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        for (name, words) in [("wrong.pbm", "checksum"), ("elsewhere.pbm", "no invoice"), ("make-pictures.py", "PBM")] {
            let end = try rig.launch("wallet", code: "\(Programs.root)/Tests/Fixtures/Codes/\(name)").wait()
            #expect(end.status == 2 && end.output.contains(words), "\(end.output)")
        }
    }
}

/// One of everything that can die in a payment; `make bench` has thousands.
@Suite(.serialized) struct CounterTortureTests {
    @Test func `whatever dies, what is shown in the end is what the bank has taken`() throws {
        let folder = try TemporaryFolder()
        let (status, output) = try run(
            "vitrine-counter-torture", ["--cycles", "8"], in: folder.path, expecting: nil, timeout: .seconds(300))
        print(output)
        #expect(status == 0, "\(output)")
    }
}
