import Kit
import LinuxBase
import RFB
import Testing
import WalletScreens
import Wire

@Suite(.serialized) struct `An application that the server talks to` {
    @Test func `hears the server: code, card, trouble, PIN and the bank's answers`() throws {
        var request = Payments.request(account: nil)
        request.invoice = nil
        let wallet = try Served(request)
        var client = try wallet.connect()
        #expect(try wallet.event() == .entryMode([.code, .keys]))
        _ = try client.next(timeout: .seconds(5))
        var twin = Payments.Start.nothing.payment()
        func both(_ letter: Character, _ input: ApplicationInput) throws {
            try wallet.tell(input)
            let damage = Payments.take(letter, on: &twin).damage
            #expect(try client.next(timeout: .seconds(5)) == damage, "\(letter)")
            #expect(client.picture() == (try Payments.drawn(twin)), "\(letter)")
        }
        try both("T", .trouble(Payments.trouble))
        try both("F", .code(ScannedInvoice(invoice: Payments.invoice(), tip: .fixed(250))))
        #expect(try wallet.event() == .entryMode([.card, .keys]))
        try both("K", .card(Payments.card))
        #expect(try wallet.event() == .entryMode(.keys))
        try client.input.press(Keysym.enter)
        _ = Payments.take("!", on: &twin)
        #expect(try client.next(timeout: .seconds(5)) == twin.layout.card)
        #expect(try wallet.event() == .entryMode(.none))
        let invoice = Payments.invoice(amount: 2740)
        #expect(try wallet.event() == .authorise(PaymentAttempt(number: 1, invoice: invoice, source: .card)))
        try wallet.tell(.payment(.needsMore(.pin)))
        #expect(try wallet.event() == .entryMode(.pin))
        _ = Payments.play("Pw", on: &twin)
        #expect(try client.next(timeout: .seconds(5)) == twin.layout.card)
        try both("*", .pinProgress(3))
        try both("E", .pinEntered)
        #expect(try wallet.event() == .entryMode(.none))
        #expect(try wallet.event() == .authorise(PaymentAttempt(number: 2, invoice: invoice, source: .card)))
        try wallet.tell(.payment(.declined(reason: "Insufficient funds")))
        #expect(try wallet.event() == .outcome(.declined(reason: "Insufficient funds")))
        #expect(wallet.waitForEnd() == .outcome(.declined(reason: "Insufficient funds")))
    }

    @Test func `a card that comes while the bank is asked changes nothing`() throws {
        let wallet = try Served()
        let client = try wallet.connect()
        #expect(try wallet.event() == .entryMode([.card, .keys]))
        for digit: Unicode.Scalar in ["1", "2", "3", "4"] { try client.input.press(Keysym.character(digit)) }
        try client.input.press(Keysym.enter)
        #expect(try wallet.event() == .entryMode(.none))
        #expect(try wallet.event() == .authorise(Self.attempt(1)))
        try wallet.tell(.card(Payments.otherCard))
        try wallet.tell(.payment(.needsMore(.pin)))
        #expect(try wallet.event() == .entryMode(.pin))
        try wallet.tell(.pinEntered)
        #expect(try wallet.event() == .entryMode(.none))
        #expect(try wallet.event() == .authorise(Self.attempt(2)))
    }

    private static func attempt(_ number: UInt64) -> PaymentAttempt {
        PaymentAttempt(number: number, invoice: Payments.invoice(), source: .stored)
    }

    @Test(arguments: [
        [0xFF], [0xA0], [0xA1, 0x00, 0x18, 0x99], Array(ApplicationInput.pinEntered.encoded().dropLast()),
    ])
    func `a packet that is no input ends it with an error`(_ packet: [UInt8]) throws {
        let wallet = try Served()
        _ = try wallet.connect().size
        try wallet.tell(packet)
        guard case .error(let text)? = wallet.waitForEnd() else {
            Issue.record("it goes on")
            return
        }
        #expect(text.contains("the server's input is malformed"))
    }
}
