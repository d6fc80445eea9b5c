import LinuxBase
import Measurements
import Rig

/// What came of it.
struct Tally {
    var payments = 0
    var approved = 0, declined = 0
    var gatewayKills = 0, issuerKills = 0, cuts = 0, freezes = 0
    /// Payments that were taken, and taken back.
    var reversed = 0
    var double = 0, lost = 0, open = 0, changed = 0, unbalanced = 0
    var seconds = 0.0

    var holds: Bool { double + lost + open + changed + unbalanced == 0 }

    func json(cycles: Int, seed: UInt64) -> String {
        """
        {"cycles":\(cycles),"seed":\(seed),"seconds":\(Int(seconds)),"payments":\(payments),"approved":\(approved),\
        "declined":\(declined),"gateway_kills":\(gatewayKills),"issuer_kills":\(issuerKills),"cuts":\(cuts),\
        "freezes":\(freezes),"taken_back":\(reversed),"double":\(double),"lost":\(lost),"open":\(open),\
        "changed":\(changed),"unbalanced":\(unbalanced)}
        """
    }
}

/// The parent: orders, kills, mends and counts.
final class Torture {
    private(set) var tally = Tally()
    // In this order they end.
    private var gateway: GatewayProcess
    private let relay: Relay
    private let issuer: Issuer
    private let folder: TemporaryFolder
    private var random: Generator
    /// What every payment was told first, and what it was to take; nil while it was told nothing.
    private var payments: [String: (amount: Int64, told: String?)] = [:]

    private static let accounts = ["4000001234567899", "4111111111111111"]
    /// In which an answer must come; a frozen line is longer.
    private static let answer: Duration = .milliseconds(250)

    init(seed: UInt64) throws {
        random = Generator(state: seed)
        folder = try TemporaryFolder()
        issuer = try Issuer(folder: folder.path + "/issuer")
        try issuer.addAccount(Self.accounts[0], ["expiry": "4912", "balance": "100000000.00"])
        // Soon empty: it declines.
        try issuer.addAccount(Self.accounts[1], ["expiry": "4912", "balance": "50.00"])
        try issuer.start()
        relay = try Relay(to: issuer.port)
        gateway = try Self.start(folder.path, relay)
    }

    private static func start(_ folder: String, _ relay: Relay) throws -> GatewayProcess {
        try GatewayProcess(
            journal: folder + "/payments.sqlite", port: relay.port, answer: answer, log: folder + "/gateway.log")
    }

    func run(cycles: Int) throws {
        let start = Clock.now()
        for _ in 0..<cycles { try cycle() }
        try finish()
        tally.seconds = (Clock.now() - start).milliseconds / 1000
    }

    private func cycle() throws {
        for _ in 0..<Int.random(in: 1...4, using: &random) { try pay() }
        try linger(upTo: .milliseconds(40))
        switch Int.random(in: 0..<8, using: &random) {
        case 0...2: try killGateway()
        case 3, 4: try killIssuer()
        case 5:
            try relay.cut()
            tally.cuts += 1
            try linger(upTo: .milliseconds(60))
            try relay.mend()
        case 6:
            relay.freeze()
            tally.freezes += 1
            try linger(upTo: .milliseconds(400))
            relay.thaw()
        default:
            try issuer.kill()
            tally.issuerKills += 1
            try killGateway()
            try issuer.start()
        }
        // Somebody asks again, of what is told already and of what is not.
        for identifier in payments.keys.shuffled(using: &random).prefix(2) { try gateway.send("ask \(identifier)") }
        if Bool.random(using: &random), let open = payments.first(where: { $0.value.told == nil })?.key {
            try order(open)
        }
        try linger(upTo: .milliseconds(60))
    }

    private func pay() throws {
        let identifier = (0..<16).map { _ in
            let byte = UInt8.random(in: 0...255, using: &random)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        payments[identifier] = (Int64.random(in: 1...500, using: &random), nil)
        tally.payments += 1
        try order(identifier)
        // Twice at once, sometimes.
        if Int.random(in: 0..<4, using: &random) == 0 { try order(identifier) }
    }

    /// The same account for the same payment.
    private func order(_ identifier: String) throws {
        guard let payment = payments[identifier] else { return }
        let account = Self.accounts[identifier.hasPrefix("0") ? 1 : 0]
        // The gateway may be dead: then the payment is asked for later.
        try? gateway.send("pay \(identifier) \(account) \(payment.amount)")
    }

    private func killGateway() throws {
        try gateway.kill()
        take()
        tally.gatewayKills += 1
        gateway = try Self.start(folder.path, relay)
    }

    private func killIssuer() throws {
        try issuer.kill()
        tally.issuerKills += 1
        try linger(upTo: .milliseconds(60))
        try issuer.start()
    }

    private func linger(upTo longest: Duration) throws {
        let deadline = Clock.now() + .nanoseconds(Int64.random(in: 0...longest.wholeNanoseconds, using: &random))
        while Clock.now() < deadline { try gateway.hear(timeout: deadline - Clock.now()) }
        take()
    }

    /// Everything that is told of a payment must be what was told first.
    private func take() {
        for (identifier, result) in gateway.takeTold() {
            // Asked before its order had come to the journal, or the process was killed before it did.
            guard result != "unknown", let known = payments[identifier] else { continue }
            if let told = known.told, told != result {
                fault("\(identifier): first \(told), then \(result)", \.changed)
            }
            payments[identifier]?.told = known.told ?? result
        }
    }
}

extension Torture {
    /// Undisturbed at last: everything is asked for once more, what is open ends, and the books are compared.
    private func finish() throws {
        try gateway.settle()
        take()
        for identifier in payments.keys.sorted() {
            try order(identifier)
            _ = try gateway.result(of: identifier)
            take()
        }
        try gateway.settle()
        tally.open += try gateway.currentStatus().reversing
        let ledger = try issuer.ledger()
        let entries = Dictionary(grouping: ledger.entries) { $0.invoice }
        tally.reversed = ledger.entries.count { $0.condition == "reversed" && $0.response == "00" }
        for (identifier, payment) in payments {
            let taken = (entries[identifier] ?? []).filter(\.isTaken)
            guard let told = payment.told else {
                fault("\(identifier) was told nothing", \.open)
                continue
            }
            let isApproved = told.hasPrefix("approved")
            if isApproved { tally.approved += 1 } else { tally.declined += 1 }
            if taken.count > (isApproved ? 1 : 0) { fault("\(identifier): \(told), taken \(taken)", \.double) }
            if isApproved, taken.count != 1 || taken[0].amount != payment.amount {
                fault("\(identifier): \(told), not taken", \.lost)
            }
        }
        // What stands, and nobody asked for.
        let strange = ledger.entries.filter { $0.isTaken && payments[$0.invoice] == nil }
        if !strange.isEmpty { fault("\(strange)", \.double, strange.count) }
        if !ledger.unbalanced.isEmpty { fault("\(ledger.unbalanced)", \.unbalanced) }
    }

    private func fault(_ what: String, _ count: WritableKeyPath<Tally, Int>, _ number: Int = 1) {
        tally[keyPath: count] += number
        say("vitrine-payment-torture: \(what)", to: 2)
    }
}

/// SplitMix64: reproducible.
struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
