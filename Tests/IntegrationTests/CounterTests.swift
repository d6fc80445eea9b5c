import CardKit
import LinuxBase
import Measurements
import Rig
import Testing

/// Whole payments with a card on a reader and a PIN on the keypad: terminal, server, wallet, bank.
@Suite(.serialized, .enabled(if: CardDesk.whyNot() == nil, "no pcscd, virtual reader or unshare(1) here"))
struct CounterTests {
    private static let pan = "4000001234567899"
    private static let pin = ["7", "3", "1", "9"]

    /// A terminal with a reader, and a bank that knows the card.
    private final class Till {
        let rig: Rig
        let desk: CardDesk
        private let folder: TemporaryFolder

        init(_ options: [String: String] = [:], hasPINKey: Bool = true) throws {
            folder = try TemporaryFolder()
            try Files.makeFolder(folder.path + "/d")
            desk = try CardDesk(folder: folder.path + "/d")
            let board = folder.path + "/board.conf"
            try Files.replace(board, with: Array("card.reader = any\ncard.country = 250\n".utf8))
            var wanted = Rig.Options()
            wanted.terminal = ["--board", board]
            wanted.environment = [desk.environment]
            rig = try Rig(wanted)
            try rig.issuer?.addAccount(pan, ["expiry": "3012", "balance": "100.00"].merging(options) { _, new in new })
            if hasPINKey { try rig.storePINKey() }
            try rig.startTerminal()
            try rig.event("link_up")
        }
    }

    /// Until the terminal has seen it: readers look a few times a second.
    private func takeAway(_ rig: Rig, _ desk: CardDesk) throws {
        let before = try rig.text(of: rig.terminalLog).utf8.count
        try desk.remove()
        try wait(for: "the card to be gone", log: { rig.logs() }) {
            let news = try rig.text(of: rig.terminalLog).utf8.dropFirst(before)
            return String(decoding: Array(news), as: UTF8.self).contains("was taken away")
        }
    }

    private var card: CardDescription {
        CardDescription(words: ["payment", "pan=\(Self.pan)", "delay=5"]) ?? .payment
    }

    /// Lays the card down once the wallet waits for one; returns the launch.
    private func present(_ rig: Rig, _ desk: CardDesk, amount: String, identifier: String) throws -> RunningLaunch {
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: amount, identifier: identifier))
        try rig.event("shown", from: mark)
        try desk.insert(card)
        try rig.event("input", from: mark) { $0["sequence"] == 1 }
        // The confirmation is on the screen.
        try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= 1 }
        _ = try rig.settledPicture()
        return launch
    }

    @Test func `a card pays, the bank takes the money once, and the account number is nowhere`() throws {
        let till = try Till()
        let (rig, desk) = (till.rig, till.desk)
        let launch = try present(rig, desk, amount: "24.90", identifier: "card-1")
        try rig.type("ok")
        let end = try launch.wait()
        #expect(end.status == 0, "\(end.output)\n\(rig.logs())")
        let ledger = try #require(try rig.issuer?.ledger())
        let taken = ledger.entries.filter(\.isTaken)
        #expect(taken.count == 1 && taken.first?.amount == 2490 && ledger.unbalanced.isEmpty)
        #expect(taken.first?.masked.hasSuffix("7899") == true)
        let printed = try ["terminal.log", "server.log", "issuer.log", "timeline.jsonl"].map { name in
            try rig.text(of: rig.folder + "/" + name)
        }
        #expect(printed.allSatisfy { !$0.contains(Self.pan) })
        // The server's records and the bank's ledger know masked digits only.
        #expect(try Search.files(in: rig.state, holding: Array(Self.pan.utf8)) == [])
        #expect(try Search.files(in: rig.folder + "/issuer", holding: Array(Self.pan.utf8)) == [])
        withExtendedLifetime(till) {}
    }

    @Test func `the bank asks for the PIN, gets it encrypted, and says no to a wrong one`() throws {
        let till = try Till(["pin": Self.pin.joined(), "pin-above": "20.00"])
        let (rig, desk) = (till.rig, till.desk)
        for (typed, status) in [(Self.pin, Int32(0)), (["1", "1", "1", "1"], Int32(1))] {
            let mark = try rig.mark()
            let launch = try present(rig, desk, amount: "24.90", identifier: "pin-\(status)")
            try rig.type("ok")
            try rig.event("pin", from: mark)
            for key in typed { try rig.type(key) }
            try rig.type("clear")
            for key in typed { try rig.type(key) }
            try rig.type("ok")
            let end = try launch.wait()
            #expect(end.status == status, "\(end.output)\n\(rig.logs())")
            if status == 1 { #expect(end.output.contains("PIN"), "\(end.output)") }
            try takeAway(rig, desk)
            try rig.event("home", from: mark)
        }
        let ledger = try #require(try rig.issuer?.ledger())
        #expect(ledger.entries.filter(\.isTaken).count == 1 && ledger.unbalanced.isEmpty)
        withExtendedLifetime(till) {}
    }

    @Test func `without a key for PINs the answer is a request for more`() throws {
        let till = try Till(["pin": Self.pin.joined(), "pin-above": "0.00"], hasPINKey: false)
        let (rig, desk) = (till.rig, till.desk)
        let launch = try present(rig, desk, amount: "9.90", identifier: "no-key")
        try rig.type("ok")
        let end = try launch.wait()
        #expect(end.status == 3, "\(end.output)\n\(rig.logs())")
        #expect(end.output.contains("PIN"))
        #expect(try rig.issuer?.ledger().entries.filter(\.isTaken).isEmpty == true)
        withExtendedLifetime(till) {}
    }

    @Test func `a PIN that is cancelled pays nothing, and the next payment works`() throws {
        let till = try Till(["pin": Self.pin.joined(), "pin-above": "0.00"])
        let (rig, desk) = (till.rig, till.desk)
        let mark = try rig.mark()
        let launch = try present(rig, desk, amount: "9.90", identifier: "cancelled")
        try rig.type("ok")
        try rig.event("pin", from: mark)
        try rig.type("7", "3", "cancel")
        #expect(try launch.wait().status == 4)
        try takeAway(rig, desk)
        try rig.event("home", from: mark)
        let next = try rig.mark()
        let again = try present(rig, desk, amount: "9.90", identifier: "again")
        try rig.type("ok")
        try rig.event("pin", from: next)
        for key in Self.pin { try rig.type(key) }
        try rig.type("ok")
        #expect(try again.wait().status == 0, "\(rig.logs())")
        withExtendedLifetime(till) {}
    }

    @Test func `a hostile card is told in words, and a good one after it pays`() throws {
        let till = try Till()
        let (rig, desk) = (till.rig, till.desk)
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "5.00", identifier: "hostile"))
        try rig.event("shown", from: mark)
        let before = try rig.settledPicture()
        for malice in Malice.answering.prefix(6) {
            let next = try rig.mark()
            try desk.insert(CardDescription(.payment(PaymentCard()), malice: malice))
            try rig.event("input", from: next)
            try desk.remove()
        }
        #expect(try rig.settledPicture() != before, "the words are on the screen")
        let good = try rig.mark()
        try desk.insert(card)
        try rig.event("input", from: good)
        _ = try rig.settledPicture(quiet: .milliseconds(400))
        try rig.type("ok")
        #expect(try launch.wait().status == 0, "\(rig.logs())")
        withExtendedLifetime(till) {}
    }
}
