import Measurements
import Pictures
import Send
import Testing
import Wire

@Suite struct SendQueueTests {
    private static let greeting = ServerMessage.heartbeat  // Any message will do: the queue does not look into it.

    private func picture(keyframe: Bool = false, bytes: Int = 10, answered: UInt64 = 0) -> PendingPicture {
        PendingPicture(
            isKeyframe: keyframe, layer: 0, damage: Rectangle(x: 0, y: 0, width: 16, height: 16), answered: answered,
            payload: [UInt8](repeating: 1, count: bytes))
    }

    /// A queue whose first keyframe has gone out; returns the ticket of the ask that is open.
    private func running() -> (queue: SendQueue, ticket: UInt64) {
        var queue = SendQueue(entryMode: .none)
        _ = queue.attach(greeting: Self.greeting)
        var ticket = asked(queue.started())
        _ = queue.picture(picture(keyframe: true), ticket: ticket, microseconds: 0)
        ticket = asked(queue.written(ticket: ticket))
        return (queue, ticket)
    }

    private func asked(_ actions: [SendQueue.Action], keyframe: Bool? = nil) -> UInt64 {
        for case .capture(let ticket, let isKeyframe) in actions where keyframe == nil || keyframe == isKeyframe {
            return ticket
        }
        Issue.record("nothing was asked for in \(actions)")
        return 0
    }

    private func unit(_ actions: [SendQueue.Action]) -> AccessUnit? {
        for case .sendPicture(let unit, _) in actions { return unit }
        return nil
    }

    @Test func `nothing is captured before there is both a terminal and an application`() {
        var first = SendQueue(entryMode: .none)
        #expect(first.attach(greeting: Self.greeting) == [.send(Self.greeting), .send(.entryMode(.none))])
        #expect(first.started() == [.capture(ticket: 1, keyframe: true)])

        var second = SendQueue(entryMode: .keys)
        #expect(second.started() == [])
        #expect(
            second.attach(greeting: Self.greeting)
                == [.send(Self.greeting), .send(.entryMode(.keys)), .capture(ticket: 1, keyframe: true)])
    }

    @Test func `while the socket is full nothing is captured`() {
        var (queue, ticket) = running()
        let actions = queue.picture(picture(answered: 7), ticket: ticket, microseconds: 250)
        #expect(actions.count == 1)
        #expect(unit(actions)?.sequence == 2)
        #expect(unit(actions)?.answered == 7)
        #expect(unit(actions)?.serverMicroseconds == 250)
        // No second ask until the socket has taken it, whatever else happens.
        #expect(queue.setEntryMode(.keys) == [.send(.entryMode(.keys))])
        #expect(queue.picture(picture(), ticket: ticket, microseconds: 0) == [])
        #expect(queue.written(ticket: ticket) == [.capture(ticket: ticket + 1, keyframe: false)])
        #expect(queue.written(ticket: ticket) == [])
    }

    @Test func `access units are numbered from one without gaps on each connection`() {
        var (queue, ticket) = running()
        for sequence: UInt64 in 2...5 {
            #expect(unit(queue.picture(picture(), ticket: ticket, microseconds: 0))?.sequence == sequence)
            ticket = asked(queue.written(ticket: ticket))
        }
        queue.detach()
        ticket = asked(queue.attach(greeting: Self.greeting), keyframe: true)
        #expect(unit(queue.picture(picture(keyframe: true), ticket: ticket, microseconds: 0))?.sequence == 1)
        #expect(queue.pictures == 6)
        #expect(queue.pictureBytes == 60)
    }

    @Test func `keyframe requests coalesce`() {
        var (queue, ticket) = running()
        let asked = queue.keyframeRequested()
        #expect(asked == [.capture(ticket: ticket + 1, keyframe: true)])
        #expect(queue.keyframeRequested() == [])
        ticket += 1
        _ = queue.picture(picture(keyframe: true), ticket: ticket, microseconds: 0)
        #expect(queue.keyframeRequested() == [])
        #expect(queue.keyframeRequested() == [])
        #expect(queue.written(ticket: ticket) == [.capture(ticket: ticket + 1, keyframe: true)])
    }

    @Test func `a picture that was overtaken by a keyframe request is dropped, keyframe or not`() {
        for isKeyframe in [false, true] {
            var (queue, ticket) = running()
            let newer = asked(queue.keyframeRequested(), keyframe: true)
            #expect(queue.picture(picture(keyframe: isKeyframe), ticket: ticket, microseconds: 0) == [])
            #expect(unit(queue.picture(picture(keyframe: true), ticket: newer, microseconds: 0))?.sequence == 2)
        }
    }

    @Test func `a picture for a connection that is gone is dropped, and the next is a keyframe`() {
        var (queue, ticket) = running()
        queue.detach()
        #expect(queue.picture(picture(), ticket: ticket, microseconds: 0) == [])
        let newer = asked(queue.attach(greeting: Self.greeting), keyframe: true)
        #expect(newer > ticket)
        #expect(queue.picture(picture(), ticket: ticket, microseconds: 0) == [])
        #expect(queue.written(ticket: ticket) == [])
        #expect(unit(queue.picture(picture(keyframe: true), ticket: newer, microseconds: 0)) != nil)
    }

    @Test func `a write that an old connection finishes late asks for nothing`() {
        var (queue, ticket) = running()
        _ = queue.picture(picture(), ticket: ticket, microseconds: 0)
        queue.detach()
        let newer = asked(queue.attach(greeting: Self.greeting))
        _ = queue.picture(picture(keyframe: true), ticket: newer, microseconds: 0)
        #expect(queue.written(ticket: ticket) == [])
        #expect(queue.written(ticket: newer) == [.capture(ticket: newer + 1, keyframe: false)])
    }

    @Test func `entry mode and outcome reach a terminal that was away, in order`() {
        var (queue, _) = running()
        queue.detach()
        #expect(queue.setEntryMode(.keys) == [])
        #expect(queue.end(.approved(reference: "A1")) == [])
        #expect(queue.end(.cancelled) == [])
        for _ in 1...2 {
            #expect(
                queue.attach(greeting: Self.greeting)
                    == [
                        .send(Self.greeting), .send(.entryMode(.keys)), .send(.outcome(.approved(reference: "A1"))),
                    ])
            queue.detach()
        }
    }

    @Test func `after the outcome there are no more pictures and no more entry modes`() {
        var (queue, ticket) = running()
        #expect(queue.end(.ended) == [.send(.outcome(.ended))])
        #expect(queue.picture(picture(), ticket: ticket, microseconds: 0) == [])
        #expect(queue.keyframeRequested() == [])
        #expect(queue.setEntryMode(.keys) == [])
        #expect(queue.end(.cancelled) == [])
        #expect(queue.outcome == .ended)
    }

    @Test func `an entry mode that stays is not sent again`() {
        var (queue, _) = running()
        #expect(queue.setEntryMode(.none) == [])
        #expect(queue.setEntryMode(.keys) == [.send(.entryMode(.keys))])
        #expect(queue.setEntryMode(.keys) == [])
    }

    /// Whatever happens in whatever order: a decoder that gets what is sent never misses a reference.
    @Test func `every picture that is sent refers to pictures that were sent`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var queue = SendQueue(entryMode: .none)
            var asks: [(ticket: UInt64, keyframe: Bool)] = []
            var encoded = 0  // Pictures made by the encoder since the beginning, and the number of the last one sent.
            var lastSent: Int?
            var open: [UInt64] = []
            for _ in 0..<120 {
                var actions: [SendQueue.Action] = []
                switch Int.random(in: 0..<7, using: &random) {
                case 0:
                    lastSent = nil
                    actions = queue.attach(greeting: Self.greeting)
                case 1: queue.detach()
                case 2: actions = queue.started()
                case 3: actions = queue.keyframeRequested()
                case 4, 5:
                    guard !asks.isEmpty else { continue }
                    let ask = asks.removeFirst()
                    encoded += 1
                    let isKeyframe = ask.keyframe || encoded == 1
                    actions = queue.picture(picture(keyframe: isKeyframe), ticket: ask.ticket, microseconds: 0)
                    if let unit = unit(actions) {
                        #expect(unit.isKeyframe || lastSent == encoded - 1)
                        lastSent = encoded
                        open.append(ask.ticket)
                    }
                default: if !open.isEmpty { actions = queue.written(ticket: open.removeFirst()) }
                }
                for case .capture(let ticket, let keyframe) in actions { asks.append((ticket, keyframe)) }
            }
        }
    }
}

@Suite struct SessionLimitsTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000)
    private func at(_ seconds: Int) -> MonotonicTime { start + .seconds(seconds) }
    private func limits() -> SessionLimits {
        var limits = SessionLimits(firstPicture: .seconds(10), idle: .seconds(30), total: .seconds(100), now: start)
        limits.attached()
        return limits
    }

    @Test func `an application that draws nothing is given up`() {
        let limits = limits()
        #expect(limits.nextDue == at(10))
        #expect(limits.struck(now: at(9)) == nil)
        #expect(limits.struck(now: at(10)) == .firstPicture)
    }

    @Test func `commands put off the idle limit, not the total one`() {
        var limits = limits()
        limits.pictureSeen()
        #expect(limits.nextDue == at(30))
        for second in stride(from: 20, through: 90, by: 20) { limits.commandSeen(now: at(second)) }
        #expect(limits.struck(now: at(99)) == nil)
        #expect(limits.struck(now: at(100)) == .total)
    }

    @Test func `a session without a terminal is kept for a minute`() {
        var limits = SessionLimits(firstPicture: .seconds(10), idle: .seconds(300), total: .seconds(900), now: start)
        limits.attached()
        limits.pictureSeen()
        limits.detached(now: at(20))
        #expect(limits.struck(now: at(79)) == nil)
        #expect(limits.struck(now: at(80)) == .retention)
        limits.attached()
        #expect(limits.struck(now: at(80)) == nil)
    }

    @Test func `an outcome is kept for a minute, wherever the terminal is, and no other limit strikes`() {
        var limits = limits()
        limits.ended(now: at(5))
        #expect(limits.nextDue == at(65))
        limits.attached()
        limits.commandSeen(now: at(40))
        limits.detached(now: at(50))
        limits.ended(now: at(60))
        #expect(limits.nextDue == at(65))
        #expect(limits.struck(now: at(65)) == .retention)
    }

    @Test func `of two limits that have struck the earlier is told`() {
        #expect(limits().struck(now: at(500)) == .firstPicture)
    }
}
