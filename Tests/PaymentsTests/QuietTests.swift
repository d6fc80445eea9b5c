import FuzzKit
import LinuxBase
import Payments

import Rig
import Testing

/// Card data and codes stay out of files and logs.
@Suite(.serialized) final class QuietTests {
    @Test func `journal, ledger and logs hold no account number and no PIN`() async throws {
        let shop = try Shop { $0.answer = .milliseconds(800) }
        try shop.issuer.addAccount(
            Shop.careful, ["expiry": "4912", "balance": "500", "pin": "835196", "pin-above": "0", "code-above": "10"])
        let terminal = try PINTerminal(shop.issuer)
        // Each way a payment can go.
        for amount in [UInt64(100), 30_000] { _ = try await shop.pay(amount) }
        _ = try await shop.pay(100, Shop.unknown)
        _ = try await shop.pay(100, Shop.careful)
        let block = try terminal.block("835196", for: Shop.careful)
        _ = try await shop.pay(1100, Shop.careful, pin: block)
        let paid = try await shop.pay(100, Shop.careful, pin: block)
        #expect(paid.isApproved)
        try shop.issuer.kill()
        _ = try await shop.pay(100)
        try shop.issuer.start()
        try await shop.settle()
        await shop.stop()

        let folder = shop.folder.path
        try Files.replace(folder + "/payments.log", with: Array(shop.lines.all.joined(separator: "\n").utf8))
        // The search finds what is there: the terminal in the journal, the ledger and the logs.
        let found = try Search.files(in: folder, holding: Array("T-1000".utf8)).map { $0.dropFirst(folder.count + 1) }
        #expect(found.contains { $0.hasPrefix("payments.sqlite") })
        #expect(found.contains { $0.hasPrefix("issuer/ledger.sqlite") })
        #expect(found.contains("payments.log"))
        #expect(try !Search.files(in: folder, holding: Array("400000…7899".utf8)).isEmpty)
        for account in [Shop.card, Shop.careful, Shop.unknown] {
            // Also the digits between what is shown, and the number as a card has it: two digits a byte.
            let packed = try #require(bytes(hexadecimal: account))
            for needle in [Array(account.utf8), Array(account.dropFirst(6).utf8), packed] {
                #expect(try Search.files(in: folder, holding: needle) == [], "\(account)")
            }
        }
        for secret in ["835196"] { #expect(try Search.files(in: folder, holding: Array(secret.utf8)) == []) }
        for file in ["payments.sqlite", "issuer/ledger.sqlite", "issuer/issuer.key", "issuer/base-derivation.key"] {
            #expect(try Files.status(folder + "/" + file).mode & 0o777 == 0o600, "\(file)")
        }
    }

    @Test func `orders that do not fit are refused without their contents`() throws {
        let shop = try Shop(startsIssuer: false)
        #expect(throws: OrderError.badAccount) { _ = try shop.order(1, "4000x01234567899") }
        #expect(throws: OrderError.badAccount) { _ = try shop.order(1, "40000012345678991234") }
        #expect(throws: OrderError.badAmount) { _ = try shop.order(0) }
        #expect(throws: OrderError.badCurrency) { _ = try shop.order(1, currency: "eur") }
        #expect(throws: OrderError.badIdentifier) { _ = try shop.order(1, identifier: [1]) }
        #expect(throws: OrderError.badProof) { _ = try shop.order(1, proof: "line\nbreak") }
    }
}
