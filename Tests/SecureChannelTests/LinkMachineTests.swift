import Measurements
import SecureChannel
import Testing
import Wire

@Suite struct LinkMachineTests {
    let start = MonotonicTime(nanoseconds: 1_000_000_000)

    func at(_ seconds: Double) -> MonotonicTime { start + .milliseconds(Int64(seconds * 1000)) }

    /// A link that has been greeted at second 0.
    func upLink() -> LinkMachine {
        var link = LinkMachine(now: start)
        _ = link.handle(.tick, now: start, jitter: 1)
        _ = link.handle(.connected, now: start, jitter: 1)
        _ = link.handle(.message(.welcome(Welcome(version: 1, software: "s"))), now: start, jitter: 1)
        return link
    }

    @Test func `a link connects, greets and comes up`() {
        var link = LinkMachine(now: start)
        #expect(link.handle(.tick, now: start, jitter: 1) == [.connect])
        #expect(link.handle(.connected, now: start, jitter: 1) == [.greet])
        #expect(!link.isUp)
        let welcome = Welcome(version: 1, software: "s")
        #expect(link.handle(.message(.welcome(welcome)), now: start, jitter: 1) == [.up(welcome)])
        #expect(link.isUp)
    }

    private let challenge = Challenge(nonce: [UInt8](repeating: 7, count: 32), registers: [14])

    @Test func `a challenge is answered once before the welcome, and gives the TPM its time`() {
        var link = LinkMachine(now: start)
        _ = link.handle(.tick, now: start, jitter: 1)
        _ = link.handle(.connected, now: start, jitter: 1)
        #expect(link.handle(.message(.challenge(challenge)), now: at(4), jitter: 1) == [.attest(challenge)])
        #expect(link.handle(.tick, now: at(18.9), jitter: 1) == [])
        #expect(
            link.handle(.message(.welcome(Welcome(version: 1, software: "s"))), now: at(18.9), jitter: 1).count == 1)
        #expect(link.isUp)
    }

    @Test func `a second challenge before the welcome ends the connection`() {
        var link = LinkMachine(now: start)
        _ = link.handle(.tick, now: start, jitter: 1)
        _ = link.handle(.connected, now: start, jitter: 1)
        _ = link.handle(.message(.challenge(challenge)), now: start, jitter: 1)
        let actions = link.handle(.message(.challenge(challenge)), now: start, jitter: 1)
        #expect(actions.first == .disconnect)
    }

    @Test func `a link that is up answers every challenge`() {
        var link = upLink()
        for second in [1.0, 2, 3] {
            #expect(link.handle(.message(.challenge(challenge)), now: at(second), jitter: 1) == [.attest(challenge)])
        }
        #expect(link.isUp)
        #expect(link.handle(.message(.challenge(challenge)), now: at(3.2), jitter: 1).first == .disconnect)
    }

    @Test func `a long message is a sign of life before it is whole`() {
        var link = upLink()
        for second in [5.0, 10, 15] {
            _ = link.handle(.sent, now: at(second), jitter: 1)
            #expect(link.handle(.progress, now: at(second), jitter: 1) == [])
        }
        _ = link.handle(.sent, now: at(29), jitter: 1)
        #expect(link.handle(.tick, now: at(30), jitter: 1) == [])
        #expect(link.handle(.tick, now: at(31), jitter: 1).first == .disconnect)
    }

    @Test func `a silent link sends a heartbeat after five seconds, and not before`() {
        var link = upLink()
        #expect(link.handle(.tick, now: at(4.999), jitter: 1) == [])
        #expect(link.handle(.tick, now: at(5), jitter: 1) == [.send(.heartbeat)])
        #expect(link.handle(.sent, now: at(5), jitter: 1) == [])
        #expect(link.deadline == at(10))
    }

    @Test func `a server that says nothing for sixteen seconds is given up`() {
        var link = upLink()
        for second in [5.0, 10, 15] {
            #expect(link.handle(.tick, now: at(second), jitter: 1) == [.send(.heartbeat)])
            _ = link.handle(.sent, now: at(second), jitter: 1)
        }
        let actions = link.handle(.tick, now: at(16), jitter: 1)
        #expect(actions == [.disconnect, .down(.silence, retryAfter: .milliseconds(100))])
    }

    @Test func `any message counts as a sign of life, heartbeats are not delivered`() {
        var link = upLink()
        #expect(link.handle(.message(.heartbeat), now: at(15), jitter: 1) == [])
        _ = link.handle(.sent, now: at(20), jitter: 1)
        #expect(link.handle(.tick, now: at(24), jitter: 1) == [])
        let mode = ServerMessage.entryMode(.keys)
        #expect(link.handle(.message(mode), now: at(24), jitter: 1) == [.deliver(mode)])
    }

    @Test(arguments: [(0.0, 50), (1.0, 100)])
    func `the first retry comes after half to the whole of a tenth of a second`(jitter: Double, milliseconds: Int64) {
        var link = LinkMachine(now: start)
        _ = link.handle(.tick, now: start, jitter: jitter)
        let actions = link.handle(.failed(.closed), now: start, jitter: jitter)
        #expect(actions == [.disconnect, .down(.closed, retryAfter: .milliseconds(milliseconds))])
        #expect(link.handle(.tick, now: start, jitter: jitter) == [])
        #expect(link.handle(.tick, now: start + .milliseconds(milliseconds), jitter: jitter) == [.connect])
    }

    @Test func `retries grow to five seconds and start again after success`() {
        var link = LinkMachine(now: start)
        var now = start
        var pauses: [Duration] = []
        for _ in 0..<40 {
            now = max(now, link.deadline)
            _ = link.handle(.tick, now: now, jitter: 1)
            if case .down(_, let pause) = link.handle(.failed(.connect("no")), now: now, jitter: 1).last {
                pauses.append(pause)
            }
        }
        #expect(pauses.count == 40)
        #expect(pauses[0] == .milliseconds(100))
        #expect(pauses[1] == .milliseconds(200))
        #expect(pauses.last == .seconds(5))
        #expect(pauses.allSatisfy { $0 <= .seconds(5) })
        now = link.deadline
        _ = link.handle(.tick, now: now, jitter: 1)
        _ = link.handle(.connected, now: now, jitter: 1)
        _ = link.handle(.message(.welcome(Welcome(version: 1, software: "s"))), now: now, jitter: 1)
        // A link that falls at once is no success yet.
        #expect(
            link.handle(.failed(.closed), now: now, jitter: 1)
                == [.disconnect, .down(.closed, retryAfter: .seconds(5))])
        now = link.deadline
        _ = link.handle(.tick, now: now, jitter: 1)
        _ = link.handle(.connected, now: now, jitter: 1)
        _ = link.handle(.message(.welcome(Welcome(version: 1, software: "s"))), now: now, jitter: 1)
        #expect(
            link.handle(.failed(.closed), now: now + .seconds(30), jitter: 1)
                == [.disconnect, .down(.closed, retryAfter: .milliseconds(100))])
    }

    @Test func `a version that was not offered ends the link`() {
        var link = LinkMachine(now: start)
        _ = link.handle(.tick, now: start, jitter: 1)
        _ = link.handle(.connected, now: start, jitter: 1)
        let actions = link.handle(.message(.welcome(Welcome(version: 9, software: "s"))), now: start, jitter: 1)
        #expect(actions == [.disconnect, .down(.version(9), retryAfter: .milliseconds(100))])
    }

    @Test func `a refused terminal asks again, but seldom`() {
        var link = LinkMachine(now: start)
        _ = link.handle(.tick, now: start, jitter: 1)
        _ = link.handle(.connected, now: start, jitter: 1)
        let refusal = Refusal(code: .unknownTerminal, reason: "revoked")
        let actions = link.handle(.message(.refused(refusal)), now: start, jitter: 1)
        #expect(actions == [.disconnect, .down(.refused(refusal), retryAfter: .seconds(15))])
    }

    @Test(arguments: [ServerMessage.heartbeat, .entryMode(.keys), .outcome(.ended)])
    func `nothing but a welcome or a refusal may come first`(message: ServerMessage) {
        var link = LinkMachine(now: start)
        _ = link.handle(.tick, now: start, jitter: 1)
        _ = link.handle(.connected, now: start, jitter: 1)
        #expect(
            link.handle(.message(message), now: start, jitter: 1)
                == [.disconnect, .down(.outOfOrder, retryAfter: .milliseconds(100))])
    }

    @Test func `a second welcome ends the link`() {
        var link = upLink()
        let actions = link.handle(.message(.welcome(Welcome(version: 1, software: "s"))), now: at(1), jitter: 1)
        #expect(actions.first == .disconnect)
    }

    @Test func `connecting and greeting have deadlines`() {
        var link = LinkMachine(now: start)
        _ = link.handle(.tick, now: start, jitter: 1)
        #expect(link.handle(.tick, now: at(9.9), jitter: 1) == [])
        #expect(link.handle(.tick, now: at(10), jitter: 1).last == .down(.slow, retryAfter: .milliseconds(100)))
    }
}
