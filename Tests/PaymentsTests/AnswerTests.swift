import ISO8583
import LinuxBase
import Payments
import Rig
import Testing

/// What an issuer says, and what the wallet's session is told of it.
@Suite(.serialized) final class AnswerTests {
    let shop: Shop

    init() throws { shop = try Shop() }

    @Test func `a payment that the issuer approves takes its money once`() async throws {
        let result = try await shop.pay(2490, expiry: Expiry(year: 49, month: 12))
        guard case .approved(let reference, let code) = result else { return #expect(Bool(false), "\(result)") }
        #expect(reference == "000000000001")
        #expect(code.utf8.count == 6)
        #expect(try shop.balance() == 50_000 - 2490)
        let entries = try shop.issuer.ledger().entries
        #expect(entries.map(\.condition) == ["taken"])
        #expect(entries.map(\.masked) == ["400000…7899"])
        #expect(entries.map(\.terminal) == ["T-1000"])
        #expect(entries.map(\.invoice) == ["invoice 2024-0117"])
    }

    @Test(arguments: [
        (100, Shop.unknown, "4912", "EUR", "14"), (25_001, Shop.card, "4912", "EUR", "61"),
        (100, Shop.card, "4911", "EUR", "54"), (100, Shop.poor, "2001", "EUR", "54"),
        (100, Shop.card, "4912", "USD", "12"), (100, Shop.card, "4912", "EUR", "62"),
        (501, "5105105105105100", "4912", "EUR", "51"),
    ])
    func `a decline takes nothing and says why`(
        amount: UInt64, account: String, expiry: String, currency: String, code: String
    ) async throws {
        try shop.issuer.addAccount("5105105105105100", ["expiry": "4912", "balance": "5.00"])
        if code == "62" { try shop.issuer.command(["account", "block", "--account", account]) }
        let date = Int(expiry) ?? 0
        let result = try await shop.pay(
            amount, account, expiry: Expiry(year: date / 100, month: date % 100), currency: currency)
        guard case .declined(let reason, let given) = result else { return #expect(Bool(false), "\(result)") }
        #expect(given?.rawValue == code)
        #expect(!reason.isEmpty)
        let ledger = try shop.issuer.ledger()
        #expect(ledger.accounts.allSatisfy { $0.balance == $0.opening })
        #expect(ledger.entries.map(\.response) == [code])
        #expect(ledger.entries.map(\.condition) == ["refused"])
        if code == "62" {
            try shop.issuer.command(["account", "unblock", "--account", account])
            let again = try await shop.pay(amount, account)
            #expect(again.isApproved)
        }
    }

    @Test func `a currency may come as digits`() async throws {
        let result = try await shop.pay(100, currency: "978")
        #expect(result.isApproved)
    }

    @Test func `above its amount a payment needs the PIN, and pays with it as a new order`() async throws {
        try shop.issuer.addAccount(
            Shop.careful, ["expiry": "4912", "balance": "500", "pin": "4711", "pin-above": "50"])
        let terminal = try PINTerminal(shop.issuer)
        let small = try await shop.pay(5000, Shop.careful)
        #expect(small.isApproved)
        let without = try await shop.pay(5001, Shop.careful)
        #expect(without == .needsMore(.pin, code: .pinRequired))
        let with = try await shop.pay(5001, Shop.careful, pin: terminal.block("4711", for: Shop.careful))
        #expect(with.isApproved)
        #expect(try shop.balance(Shop.careful) == 50_000 - 5000 - 5001)
    }

    @Test func `a PIN that is wrong three times blocks the account, and not the two times before a right one`()
        async throws
    {
        try shop.issuer.addAccount(Shop.careful, ["expiry": "4912", "balance": "500", "pin": "4711"])
        let terminal = try PINTerminal(shop.issuer)
        var codes: [String] = []
        for pin in ["4712", "4712", "4711", "0000", "1111", "22222", "4711"] {
            let result = try await shop.pay(10, Shop.careful, pin: terminal.block(pin, for: Shop.careful))
            codes.append(result.code)
        }
        #expect(codes == ["55", "55", "00", "55", "55", "75", "75"])
        #expect(try shop.balance(Shop.careful) == 50_000 - 10)
        try shop.issuer.command(["account", "unblock", "--account", Shop.careful])
        let after = try await shop.pay(10, Shop.careful, pin: terminal.block("4711", for: Shop.careful))
        #expect(after.isApproved)
    }

    @Test func `a PIN block is good for one payment, for its account and under its key`() async throws {
        try shop.issuer.addAccount(
            Shop.careful, ["expiry": "4912", "balance": "500", "pin": "4711", "pin-above": "0"])
        let terminal = try PINTerminal(shop.issuer)
        let block = try terminal.block("4711", for: Shop.careful)
        let first = try await shop.pay(10, Shop.careful, pin: block)
        let again = try await shop.pay(10, Shop.careful, pin: block)
        let other = try await shop.pay(10, Shop.careful, pin: terminal.block("4711", for: Shop.card))
        let altered = try #require(
            PINData(block: block.block, keySerialNumber: terminal.block("4711", for: Shop.careful).keySerialNumber))
        let underAnother = try await shop.pay(10, Shop.careful, pin: altered)
        #expect([first, again, other, underAnother].map(\.code) == ["00", "63", "63", "63"])
    }

    @Test func `a one-time code is asked for, is good once, and comes with the same PIN block`() async throws {
        try shop.issuer.addAccount(
            Shop.careful,
            ["expiry": "4912", "balance": "500", "pin": "4711", "pin-above": "0", "code-above": "100"])
        let terminal = try PINTerminal(shop.issuer)
        let block = try terminal.block("4711", for: Shop.careful)
        let asked = try await shop.pay(10_001, Shop.careful, pin: block)
        #expect(asked == .needsMore(.oneTimeCode, code: .authenticationRequired))
        let code = String(try shop.issuer.command(["code", "--account", Shop.careful]).prefix(6))
        let wrong = try await shop.pay(10_001, Shop.careful, pin: block, proof: code == "000000" ? "1" : "000000")
        #expect(wrong == .needsMore(.oneTimeCode, code: .authenticationRequired))
        let right = try await shop.pay(10_001, Shop.careful, pin: block, proof: code)
        #expect(right.isApproved)
        let used = try await shop.pay(
            10_001, Shop.careful, pin: terminal.block("4711", for: Shop.careful), proof: code)
        #expect(used.code == "1A code")
        #expect(try shop.balance(Shop.careful) == 50_000 - 10_001)
    }

    @Test func `an identification is asked for, and three wrong ones block the account`() async throws {
        try shop.issuer.addAccount(
            Shop.careful,
            ["expiry": "4912", "balance": "500", "identification-above": "1", "identification": "Ada 1815"])
        var codes: [String] = []
        for proof in [nil, "Ada 1815", "Ada", "Bob", "Eve", "Ada 1815"] {
            codes.append(try await shop.pay(101, Shop.careful, proof: proof).code)
        }
        let more = "1A identification"
        #expect(codes == [more, "00", more, more, "62", "62"])
    }

    @Test func `the issuer takes test accounts only, and says at each start what it is`() throws {
        for number in ["4929000000000006", "1234567890123456", "40000012345678999999", "4000"] {
            #expect(throws: RigError.self, "\(number)") {
                try shop.issuer.addAccount(number, ["expiry": "4912", "balance": "1"])
            }
        }
        #expect(try shop.issuer.logText().contains("THIS IS A DEMONSTRATION ISSUER"))
    }

    @Test func `a key file that others can read is refused`() throws {
        try Files.setMode(shop.issuer.folder + "/base-derivation.key", 0o640)
        #expect(throws: RigError.self) { try shop.issuer.ledger() }
    }
}
