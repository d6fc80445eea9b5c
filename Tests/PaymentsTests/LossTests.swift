import LinuxBase
import Measurements
import Payments
import Rig
import Testing

/// Answers that are lost, and hosts that go away.
@Suite(.serialized) final class LossTests {
    @Test func `a payment whose answer is late is told declined, and its money comes back`() async throws {
        let shop = try Shop(options: ["--answer-delay", "1500"]) { $0.answer = .milliseconds(300) }
        try await shop.connected()
        let started = Clock.now()
        let identifier = try Random.bytes(16)
        let result = try await shop.pay(1000, identifier: identifier)
        #expect(result == .declined(reason: "The bank did not answer. Nothing was charged.", code: nil))
        #expect((Clock.now() - started).milliseconds < 1200)
        try await shop.settle()
        #expect(try shop.issuer.ledger().entries.map(\.condition) == ["reversed"])
        #expect(try shop.balance() == 50_000)
        // The answer comes after all, and changes nothing.
        try await Task.sleep(for: .milliseconds(1500))
        let still = try await shop.gateway.result(of: identifier)
        #expect(still == result)
        #expect(shop.lines.all.contains { $0.contains("an answer to no payment") })
        #expect(try shop.balance() == 50_000)
    }

    @Test func `a payment while the host is away is declined, and never sent`() async throws {
        let shop = try Shop { $0.answer = .milliseconds(300) }
        try await shop.connected()
        try shop.issuer.kill()
        try await eventually("the loss") { await !shop.gateway.status().isConnected }
        let result = try await shop.pay(1000)
        #expect(result == .declined(reason: "The bank cannot be reached. Nothing was charged.", code: nil))
        try shop.issuer.start()
        try await shop.connected()
        try await shop.settle()
        #expect(try shop.issuer.ledger().entries.isEmpty)
        let next = try await shop.pay(1000)
        #expect(next.isApproved)
    }

    @Test func `a host that comes back in time answers what was ordered while it was away`() async throws {
        let shop = try Shop(startsIssuer: true)
        try await shop.connected()
        try shop.issuer.kill()
        try await eventually("the loss") { await !shop.gateway.status().isConnected }
        let result = try shop.paying(1000)
        try await Task.sleep(for: .milliseconds(200))
        try shop.issuer.start()
        let told = await result.value
        #expect(told.isApproved)
        #expect(try shop.issuer.ledger().entries.map(\.condition) == ["taken"])
    }

    @Test func `a host that dies between request and answer is asked again, and takes the money once`() async throws {
        let shop = try Shop(options: ["--answer-delay", "60000"])
        try await shop.connected()
        let result = try shop.paying(1000)
        try await eventually("the money to be taken") { try shop.balance() == 49_000 }
        try shop.issuer.kill()
        try shop.issuer.start()
        let told = await result.value
        #expect(told.isApproved)
        #expect(try shop.issuer.ledger().entries.map(\.condition) == ["taken"])
        #expect(try shop.balance() == 49_000)
    }

    @Test func `a line that is cut between request and answer is mended, and the money taken once`() async throws {
        let line = try Line(options: ["--answer-delay", "300"])
        try await line.shop.connected()
        let result = try line.shop.paying(1000)
        try await eventually("the money to be taken") { try line.shop.balance() == 49_000 }
        try line.relay.cut()
        try line.relay.mend()
        let told = await result.value
        #expect(told.isApproved)
        #expect(try line.shop.issuer.ledger().entries.map(\.condition) == ["taken"])
    }

    @Test func `a line on which nothing passes any more is noticed, and given up`() async throws {
        let line = try Line { $0.echo = .milliseconds(100) }
        try await line.shop.connected()
        line.relay.freeze()
        try await eventually("the loss") { await !line.shop.gateway.status().isConnected }
        #expect(line.shop.lines.all.contains { $0.contains("does not answer") })
        line.relay.thaw()
        try await line.shop.connected()
    }

    @Test func `a reversal waits for the host, over a restart of the gateway`() async throws {
        let shop = try Shop(options: ["--answer-delay", "60000"]) { $0.answer = .milliseconds(500) }
        try await shop.connected()
        let result = try shop.paying(1000)
        try await eventually("the money to be taken") { try shop.balance() == 49_000 }
        try shop.issuer.kill()
        let told = await result.value
        #expect(told.code == "-")
        try await shop.restart()
        let status = await shop.gateway.status()
        #expect(status.reversing == 1)
        #expect(try shop.balance() == 49_000)
        try shop.issuer.start()
        try await shop.settle()
        #expect(try shop.balance() == 50_000)
        #expect(try shop.issuer.ledger().entries.map(\.condition) == ["reversed"])
    }

    @Test func `a gateway that is stopped takes back what is under way, and tells it`() async throws {
        let shop = try Shop(options: ["--answer-delay", "60000"])
        try await shop.connected()
        let result = try shop.paying(1000)
        try await eventually("the money to be taken") { try shop.balance() == 49_000 }
        try await shop.restart()
        let told = await result.value
        #expect(told.code == "-")
        try await shop.settle()
        #expect(try shop.balance() == 50_000)
    }
}

/// A shop whose line to the issuer can be cut.
final class Line {
    let relay: Relay
    let shop: Shop

    init(options: [String] = [], capture: String? = nil, change: (inout GatewayLimits) -> Void = { _ in }) throws {
        // The relay needs the issuer's port, and the gateway the relay's: the issuer's is taken before it is there.
        let port = try Relay(to: 1).port
        relay = try Relay(to: port, capture: capture)
        shop = try Shop(port: Int(relay.port), options: options, issuerPort: port, change: change)
    }
}
