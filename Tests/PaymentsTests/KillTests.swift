import Database
import LinuxBase
import Measurements
import Rig
import Testing

/// The gateway in a process of its own, killed at each step of a payment; then it starts again, and is asked.
@Suite(.serialized) final class KillTests {
    private let folder: TemporaryFolder
    private let issuer: Issuer
    private let relay: Relay
    private var gateway: GatewayProcess
    private let identifier = String(repeating: "5a", count: 16)

    init() throws {
        folder = try TemporaryFolder()
        let port = try Relay(to: 1).port
        issuer = try Issuer(folder: folder.path + "/issuer", port: port)
        try issuer.addAccount(Shop.card, ["expiry": "4912", "balance": "500"])
        relay = try Relay(to: port)
        gateway = try Self.start(folder.path, relay, answer: .seconds(20))
    }

    private static func start(_ folder: String, _ relay: Relay, answer: Duration) throws -> GatewayProcess {
        try GatewayProcess(
            journal: folder + "/payments.sqlite", port: relay.port, answer: answer, log: folder + "/gateway.log")
    }

    private func order() throws { try gateway.send("pay \(identifier) \(Shop.card) 1000") }
    private func journal(says state: String) throws {
        try wait(for: "the journal to say \(state)") { try states() == [state] }
    }

    /// What the journal says of its payments, read beside the gateway.
    private func states() throws -> [String] {
        guard Files.exists(folder.path + "/payments.sqlite") else { return [] }
        let file = try RecordFile(path: folder.path + "/payments.sqlite", versions: ["SELECT 1"])
        return try file.transaction { (file) throws(DatabaseError) in
            var states: [String] = []
            for row in try file.rows("SELECT state FROM payments") { states.append(try row.text("state")) }
            return states
        }
    }

    private func connect() throws {
        try wait(for: "a connection") { try gateway.currentStatus().isConnected }
    }

    /// Kills, starts again, and says what is told then, and how ledger and journal end.
    private func killAndAsk(answer: Duration = .seconds(20)) throws -> (
        told: String, entries: [String], state: [String]
    ) {
        try gateway.kill()
        gateway = try Self.start(folder.path, relay, answer: answer)
        try order()
        let told = try gateway.result(of: identifier)
        try gateway.settle()
        let ledger = try issuer.ledger()
        #expect(ledger.unbalanced.isEmpty)
        return (String(told.prefix { $0 != " " }), ledger.entries.map(\.condition), try states())
    }

    @Test func `killed with the intent on the disk and nothing sent`() throws {
        try connectedOnce()
        try issuer.kill()
        try wait(for: "the loss") { try !gateway.currentStatus().isConnected }
        try order()
        try journal(says: "intended")
        try gateway.kill()
        try issuer.start()
        let end = try killAndAsk()
        #expect(end == ("declined", ["reversed"], ["reversed"]))
    }

    private func connectedOnce() throws {
        try issuer.start()
        try connect()
    }

    @Test func `killed with the request sent and no answer`() throws {
        try issuer.start(["--answer-delay", "60000"])
        try connect()
        try order()
        try wait(for: "the money to be taken") { try issuer.ledger().entries.contains(where: \.isTaken) }
        let end = try killAndAsk()
        #expect(end == ("declined", ["reversed"], ["reversed"]))
    }

    @Test func `killed with the answer on the disk`() throws {
        try connectedOnce()
        try order()
        try journal(says: "approved")
        let end = try killAndAsk()
        #expect(end == ("approved", ["taken"], ["approved"]))
    }

    @Test func `killed with the reversal on the disk and not sent`() throws {
        try issuer.start(["--answer-delay", "60000"])
        try gateway.kill()
        gateway = try Self.start(folder.path, relay, answer: .milliseconds(800))
        try connect()
        try order()
        try wait(for: "the money to be taken") { try issuer.ledger().entries.contains(where: \.isTaken) }
        try relay.cut()
        try journal(says: "reversing")
        #expect(try gateway.result(of: identifier) == "declined -")
        try gateway.kill()
        try relay.mend()
        let end = try killAndAsk()
        #expect(end == ("declined", ["reversed"], ["reversed"]))
    }

    @Test func `killed with the reversal done, told or not`() throws {
        try issuer.start(["--answer-delay", "60000"])
        try gateway.kill()
        gateway = try Self.start(folder.path, relay, answer: .milliseconds(300))
        try connect()
        try order()
        try wait(for: "the money to come back") {
            try issuer.ledger().entries.contains { $0.condition == "reversed" }
        }
        let end = try killAndAsk()
        #expect(end == ("declined", ["reversed"], ["reversed"]))
    }

    @Test func `a request that comes after its reversal is refused`() throws {
        // The gateway's request waits in the line while its reversal, by another gateway process, does not.
        try connectedOnce()
        relay.freeze()
        try order()
        try journal(says: "intended")
        let direct = try GatewayRestart(gateway, folder.path, issuer.port)
        #expect(direct.told.hasPrefix("declined"))
        #expect(try issuer.ledger().entries.map(\.condition) == ["reversed"])
        // Now the request gets through.
        relay.thaw()
        try wait(for: "the late request to be refused") {
            try issuer.logText().contains("type=0210") && issuer.logText().contains("response=12")
        }
        let ledger = try issuer.ledger()
        #expect(ledger.entries.map(\.condition) == ["reversed"])
        #expect(ledger.accounts.map(\.balance) == [50_000])
    }

    /// A new gateway process on the same journal, straight to the issuer; the old one is dead.
    private struct GatewayRestart {
        let told: String
        init(_ old: GatewayProcess, _ folder: String, _ port: UInt16) throws {
            try old.kill()
            let new = try GatewayProcess(
                journal: folder + "/payments.sqlite", port: port, answer: .seconds(5), log: folder + "/gateway.log")
            let identifier = String(repeating: "5a", count: 16)
            try new.send("ask \(identifier)")
            told = try new.result(of: identifier)
            try new.settle()
        }
    }
}
