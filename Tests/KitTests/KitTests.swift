import Drawing
import Kit
import LinuxBase
import Measurements
import Pictures
import RFB
import Testing
import WalletScreens
import Wire

@Suite(.serialized) struct `An application served by the kit` {
    @Test func `shows its picture, answers keys with their pixels, and tells its outcome`() throws {
        let wallet = try Served()
        var client = try wallet.connect()
        let layout = WalletLayout(size: wallet.size)
        #expect(try wallet.event() == .entryMode([.card, .keys]))
        #expect(try client.next(timeout: .seconds(5)) == wallet.size.bounds)

        var turn = Turn(now: Clock.now())
        var twin = Payment(request: Payments.request(), random: 0, turn: &turn)
        #expect(client.picture() == (try Payments.drawn(twin)))
        for (index, digit) in "1234".enumerated() {
            try client.input.press(Keysym.character(digit.unicodeScalars.first!))
            #expect(try client.next(timeout: .seconds(5)) == layout.stars[index])
            _ = Payments.play(String(digit), on: &twin)
            #expect(client.picture() == (try Payments.drawn(twin)))
        }
        try client.input.press(Keysym.enter)
        #expect(try client.next(timeout: .seconds(5)) == layout.card)
        #expect(try wallet.event() == .entryMode(.none))
        let attempt = PaymentAttempt(number: 1, invoice: Payments.invoice(), source: .stored)
        #expect(try wallet.event() == .authorise(attempt))
        try wallet.tell(.payment(.approved(reference: "632714000217", approval: "A1B2C3")))
        #expect(try client.next(timeout: .seconds(5)) == layout.card, "the answer")
        let shown = Clock.now()
        #expect(try wallet.event() == .outcome(.approved(reference: "632714000217")))
        #expect(Clock.now() - shown > .seconds(1), "the answer can be read")
        #expect(wallet.waitForEnd() == .outcome(.approved(reference: "632714000217")))
    }

    @Test func `a cancel ends it at once`() throws {
        let wallet = try Served()
        var client = try wallet.connect()
        _ = try client.next(timeout: .seconds(5))
        try client.input.press(Keysym.escape)
        #expect(try wallet.event() == .entryMode([.card, .keys]))
        #expect(try wallet.event() == .outcome(.cancelled))
        #expect(wallet.waitForEnd() == .outcome(.cancelled))
    }

    @Test func `sends nothing while nothing changes`() throws {
        let wallet = try Served()
        var client = try wallet.connect()
        _ = try client.next(timeout: .seconds(5))
        #expect(try client.next(timeout: .milliseconds(300)) == nil)
        try client.input.key(Keysym.character("5"), down: false)
        try client.input.press(Keysym.function(1))
        try client.input.pointer(x: 10, y: 10, buttons: 1)
        #expect(try client.next(timeout: .milliseconds(100)) == nil, "neither releases nor keys without meaning draw")
    }

    @Test func `keys that come while the client does not ask are in the next picture`() throws {
        let wallet = try Served()
        var client = try wallet.connect()
        _ = try client.next(timeout: .seconds(5))
        for digit: Unicode.Scalar in ["1", "2", "3"] { try client.input.press(Keysym.character(digit)) }
        Clock.sleep(.milliseconds(50))
        let layout = WalletLayout(size: wallet.size)
        #expect(try client.next(timeout: .seconds(5)) == layout.stars[0].union(layout.stars[2]))
    }

    @Test func `a client that comes back finds the state as it was`() throws {
        let wallet = try Served()
        do {
            var first = try wallet.connect()
            _ = try first.next(timeout: .seconds(5))
            try first.input.press(Keysym.character("1"))
            _ = try first.next(timeout: .seconds(5))
        }
        var second = try wallet.connect()
        #expect(try second.next(timeout: .seconds(5)) == wallet.size.bounds)
        var turn = Turn(now: Clock.now())
        var twin = Payment(request: Payments.request(), random: 0, turn: &turn)
        _ = Payments.play("1", on: &twin)
        #expect(second.picture() == (try Payments.drawn(twin)))
    }

    @Test func `a client that talks nonsense loses its connection, not the session`() throws {
        let wallet = try Served()
        _ = try wallet.connect().size
        for bytes in ["GET / HTTP/1.1\r\n\r\n", "RFB 003.008\n\u{01}\u{01}\u{7F}\u{7F}\u{7F}", ""] {
            let socket = try UnixSocket.connect(wallet.folder.path + "/rfb.sock")
            try socket.writeAll(Array(bytes.utf8))
        }
        var client = try wallet.connect()
        #expect(try client.next(timeout: .seconds(5)) == wallet.size.bounds)
    }

    @Test func `ends when the server has gone`() throws {
        let wallet = try Served()
        var client = try wallet.connect()
        _ = try client.next(timeout: .seconds(5))
        wallet.dropControl()
        #expect(wallet.waitForEnd() == .outcome(nil))
    }

    @Test func `does not start without a sound request`() throws {
        let missing = try Served(request: nil, size: PixelSize(width: 10, height: 10))
        guard case .error(let text)? = missing.waitForEnd() else {
            Issue.record("it started")
            return
        }
        #expect(text.contains("request cannot be read"))
        for bytes: [UInt8] in [[], [0xFF], Array(Payments.request().encoded().dropLast())] {
            let broken = try Served(request: bytes, size: PixelSize(width: 10, height: 10))
            guard case .error(let text)? = broken.waitForEnd() else {
                Issue.record("it started")
                return
            }
            #expect(text.contains("malformed"))
        }
    }

    @Test func `a failed start is shown before it is told`() throws {
        let wallet = try Served(Payments.request(data: ["code_salt": "00"]))
        var client = try wallet.connect()
        #expect(try wallet.event() == .entryMode(.none))
        #expect(try client.next(timeout: .seconds(5)) == wallet.size.bounds)
        #expect(try wallet.event() == .outcome(.failed(reason: "The code salt is not valid")))
    }

    @Test func `a key is answered within a millisecond or so`() throws {
        let wallet = try Served()
        var client = try wallet.connect()
        _ = try client.next(timeout: .seconds(5))
        var samples: [Double] = []
        for round in 0..<400 {
            let key = round % 5 == 4 ? Keysym.backspace : Keysym.character("7")
            let start = Clock.now()
            try client.input.press(key)
            let damage = try client.next(timeout: .seconds(5))
            samples.append((Clock.now() - start).milliseconds)
            #expect(damage != nil)
        }
        let figures = Percentiles(samples)
        print("kit: key to pixels p50 \(figures.p50 ?? 0) ms, p95 \(figures.p95 ?? 0) ms, n \(figures.count)")
        // Ten times what it takes on an idle machine: a busy one must not fail it, a slow path must.
        #expect(try #require(figures.p50) < 2)
    }

    @Test func `keys of the terminal are found behind their key symbols`() {
        let table: [(UInt32, Key?)] = [
            (0x30, .digit(0)), (0x39, .digit(9)), (Keysym.keypadZero + 5, .digit(5)), (Keysym.enter, .ok),
            (Keysym.keypadEnter, .ok), (Keysym.escape, .cancel), (Keysym.backspace, .clear), (Keysym.delete, .clear),
            (0xff0b, .clear), (Keysym.function(1), .function(1)), (Keysym.function(8), .function(8)),
            (Keysym.function(9), nil), (Keysym.up, .up), (Keysym.left, .left), (0x61, .character("a")),
            (0x0100_20ac, .character("€")), (0xffe1, nil), (0, nil), (0x0100_d800, nil),
        ]
        for (keysym, key) in table { #expect(Key(keysym: keysym) == key, "\(keysym)") }
    }
}
