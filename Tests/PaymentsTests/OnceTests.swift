import LinuxBase
import Measurements
import NIOPosix
import Payments
import Rig
import Testing

/// One identifier is one payment.
@Suite(.serialized) final class OnceTests {
    @Test func `orders with one identifier at the same time are one payment`() async throws {
        let shop = try Shop(options: ["--answer-delay", "100"])
        let identifier = try Random.bytes(16)
        var orders: [OrderBox] = []
        for _ in 0..<20 { orders.append(OrderBox(try shop.order(1000, identifier: identifier))) }
        let gateway = shop.gateway
        let results = await withTaskGroup { group in
            for box in orders {
                group.addTask {
                    guard let order = box.take() else { return PaymentResult?.none }
                    return await gateway.authorise(order)
                }
                group.addTask { try? await gateway.result(of: identifier) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        // Who asks before the first order is in the journal hears of none.
        let told = results.compactMap(\.self)
        #expect(told.count >= 20)
        #expect(told.allSatisfy { $0.isApproved && $0 == told[0] })
        let entries = try shop.issuer.ledger().entries
        #expect(entries.map(\.condition) == ["taken"])
        #expect(try shop.balance() == 49_000)
        try await shop.settle()
        let later = try await gateway.result(of: identifier)
        #expect(later == told[0])
        #expect(try shop.balance() == 49_000)
    }

    @Test func `asking while the answer is being written never undoes a payment`() async throws {
        let shop = try Shop()
        try await shop.connected()
        let gateway = shop.gateway
        for _ in 0..<100 {
            let identifier = try Random.bytes(16)
            let order = OrderBox(try shop.order(1, identifier: identifier))
            let results = await withTaskGroup { group in
                group.addTask { await gateway.authorise(order.take()!) as PaymentResult? }
                for _ in 0..<8 {
                    group.addTask { try? await gateway.result(of: identifier) }
                    // Whoever waits for a thread has old news: all threads are busy for about as long as a payment
                    // takes.
                    group.addTask {
                        let end = Clock.now() + .milliseconds(3)
                        while Clock.now() < end {}
                        return nil
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.compactMap(\.self).allSatisfy { $0.isApproved })
        }
        try await shop.settle()
        #expect(try shop.balance() == 49_900)
        #expect(try shop.issuer.ledger().entries.allSatisfy { $0.isTaken })
    }

    @Test func `after a restart the same identifier gives the same result and takes nothing more`() async throws {
        let shop = try Shop()
        let (paid, declined) = (try Random.bytes(16), try Random.bytes(16))
        let first = try await shop.pay(1000, identifier: paid)
        let second = try await shop.pay(99_999, identifier: declined)
        #expect([first.code, second.code] == ["00", "61"])
        try await shop.restart()
        try await shop.connected()
        let again = [
            try await shop.pay(1000, identifier: paid), try await shop.pay(99_999, identifier: declined),
        ]
        #expect(again == [first, second])
        let (found, none) = (
            try await shop.gateway.result(of: paid), try await shop.gateway.result(of: try Random.bytes(16))
        )
        #expect(found == first)
        #expect(none == nil)
        #expect(try shop.issuer.ledger().entries.count == 2)
        #expect(try shop.balance() == 49_000)
    }

    @Test func `the same identifier with another amount or account is declined, and the payment stays`() async throws {
        let shop = try Shop()
        let identifier = try Random.bytes(16)
        let first = try await shop.pay(1000, identifier: identifier)
        let more = try await shop.pay(1001, identifier: identifier)
        let other = try await shop.pay(1000, Shop.poor, identifier: identifier)
        #expect([first, more, other].map(\.code) == ["00", "-", "-"])
        #expect(try shop.balance() == 49_000)
        let still = try await shop.gateway.result(of: identifier)
        #expect(still == first)
    }

    @Test func `two gateways never share a journal`() async throws {
        let shop = try Shop()
        #expect(throws: GatewayError.inUse(path: shop.journal)) {
            try PaymentGateway.open(
                journal: shop.journal, host: PaymentHost(name: "127.0.0.1", port: 1, acquirer: "10"),
                log: shop.lines.logger(), on: MultiThreadedEventLoopGroup.singleton.next())
        }
    }

    @Test func `more payments at once than the gateway takes are declined at once, and take nothing`() async throws {
        let shop = try Shop(options: ["--answer-delay", "300"]) { $0.underWay = 4 }
        try await shop.connected()
        let gateway = shop.gateway
        var orders: [OrderBox] = []
        for _ in 0..<12 { orders.append(OrderBox(try shop.order(1))) }
        let results = await withTaskGroup { group in
            for box in orders { group.addTask { await gateway.authorise(box.take()!) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count { $0.isApproved } == 4)
        #expect(results.count { $0.code == "-" } == 8)
        #expect(try shop.balance() == 50_000 - 4)
    }
}
