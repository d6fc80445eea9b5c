import Pictures
import Stream
import Testing
import Wire

@Suite struct SessionMachineTests {
    static let size = PixelSize(width: 800, height: 448)
    static let whole = size.bounds
    static let parameters = PictureParameters(size: size, profile: 66, level: 31, temporalLayers: 1)
    static let request = ExecutionRequest(
        request: [UInt8](repeating: 7, count: 16), application: "wallet", user: "alice",
        target: RenderTarget(size: size, refreshMillihertz: 60_000, level: 31, temporalLayers: 1), invoice: nil)
    static let accepted = Accepted(session: 5, token: [UInt8](repeating: 1, count: 16), picture: parameters)

    static func unit(_ sequence: UInt64, keyframe: Bool = false, damage: Rectangle, answered: UInt64 = 0) -> AccessUnit
    {
        AccessUnit(
            sequence: sequence, isKeyframe: keyframe, layer: 0, damage: damage, answered: answered,
            serverMicroseconds: 1,
            payload: [1, 2, 3])
    }

    /// A session that runs and has shown its first picture.
    static func running() -> SessionMachine {
        var machine = SessionMachine()
        _ = machine.handle(.launch(request, linkUp: true))
        _ = machine.handle(.message(.accepted(accepted)))
        _ = machine.handle(.message(.accessUnit(unit(1, keyframe: true, damage: whole))))
        _ = machine.handle(.decoded(1))
        return machine
    }

    @Test func `a launch asks, is accepted, and shows the first picture everywhere`() {
        var machine = SessionMachine()
        #expect(machine.handle(.launch(Self.request, linkUp: true)) == [.send(.executionRequest(Self.request))])
        #expect(machine.handle(.message(.accepted(Self.accepted))) == [.openDecoder(Self.parameters)])
        let small = Rectangle(x: 0, y: 0, width: 16, height: 16)
        let first = Self.unit(1, keyframe: true, damage: small)
        #expect(machine.handle(.message(.accessUnit(first))) == [.acknowledged(0), .decode(first)])
        #expect(machine.handle(.decoded(1)) == [.show(sequence: 1, damage: Self.whole, answered: 0)])
    }

    @Test func `a request waits for the link and goes out again after every break before its answer`() {
        var machine = SessionMachine()
        #expect(machine.handle(.launch(Self.request, linkUp: false)) == [])
        #expect(machine.handle(.linkUp) == [.send(.executionRequest(Self.request))])
        #expect(machine.handle(.linkDown) == [])
        #expect(machine.handle(.linkUp) == [.send(.executionRequest(Self.request))])
    }

    @Test func `only what changed is shown`() {
        var machine = Self.running()
        let star = Rectangle(x: 100, y: 200, width: 40, height: 40)
        let unit = Self.unit(2, damage: star, answered: 3)
        #expect(machine.handle(.message(.accessUnit(unit))) == [.acknowledged(3), .decode(unit)])
        #expect(machine.handle(.decoded(2)) == [.show(sequence: 2, damage: star, answered: 3)])
    }

    @Test func `damage of pictures that never came out is shown with the next`() {
        var machine = Self.running()
        let a = Rectangle(x: 0, y: 0, width: 10, height: 10)
        let b = Rectangle(x: 100, y: 100, width: 10, height: 10)
        _ = machine.handle(.message(.accessUnit(Self.unit(2, damage: a))))
        _ = machine.handle(.message(.accessUnit(Self.unit(3, damage: b, answered: 1))))
        #expect(machine.handle(.decoded(3)) == [.show(sequence: 3, damage: a.union(b), answered: 1)])
        #expect(machine.handle(.decoded(2)) == [])
    }

    @Test func `a gap in the numbers is a fault`() {
        var machine = Self.running()
        let actions = machine.handle(.message(.accessUnit(Self.unit(3, damage: Self.whole))))
        #expect(actions == [.fault(.sequence(expected: 2, got: 3))])
    }

    @Test func `a lost decoder asks for one keyframe and shows nothing before it`() {
        var machine = Self.running()
        #expect(machine.handle(.decoderLost) == [.send(.keyframeRequest)])
        #expect(machine.handle(.decoderLost) == [])
        let star = Rectangle(x: 8, y: 8, width: 8, height: 8)
        #expect(machine.handle(.message(.accessUnit(Self.unit(2, damage: star)))) == [.acknowledged(0)])
        let keyframe = Self.unit(3, keyframe: true, damage: .empty)
        #expect(machine.handle(.message(.accessUnit(keyframe))) == [.acknowledged(0), .decode(keyframe)])
        #expect(machine.handle(.decoded(3)) == [.show(sequence: 3, damage: star, answered: 0)])
    }

    @Test func `a broken link marks the picture stale, and the same session is resumed`() {
        var machine = Self.running()
        #expect(machine.handle(.linkDown) == [.markStale(true)])
        #expect(
            machine.handle(.linkUp)
                == [
                    .send(
                        .resume(
                            Resume(
                                session: 5, token: Self.accepted.token, request: [UInt8](repeating: 7, count: 16))))
                ])
        let resumed = Resumed(session: 5, received: 4, entryMode: .keys)
        #expect(
            machine.handle(.message(.resumed(resumed)))
                == [.openDecoder(Self.parameters), .resend(after: 4), .entryMode(.keys)])
        // Numbers start again, and the picture is whole again.
        let keyframe = Self.unit(1, keyframe: true, damage: .empty)
        _ = machine.handle(.message(.accessUnit(keyframe)))
        #expect(machine.handle(.decoded(1)) == [.show(sequence: 1, damage: Self.whole, answered: 0)])
    }

    @Test func `no number of a resumed stream is taken on trust`() {
        for wild: UInt64 in [0, 2, 9, .max] {
            var machine = Self.running()
            _ = machine.handle(.linkDown)
            _ = machine.handle(.linkUp)
            _ = machine.handle(.message(.resumed(Resumed(session: 5, received: 0, entryMode: .keys))))
            let unit = Self.unit(wild, keyframe: true, damage: Self.whole)
            #expect(machine.handle(.message(.accessUnit(unit))) == [.fault(.sequence(expected: 1, got: wild))])
        }
    }

    @Test func `a session that the server does not know any more ends`() {
        var machine = Self.running()
        _ = machine.handle(.linkDown)
        _ = machine.handle(.linkUp)
        let refusal = Refusal(code: .unknownSession, reason: "over")
        #expect(machine.handle(.message(.refused(refusal))) == [.finish(.failed(reason: "over"))])
        #expect(machine.isIdle)
    }

    @Test func `an outcome that waited for the link is taken and acknowledged`() {
        var machine = Self.running()
        _ = machine.handle(.linkDown)
        _ = machine.handle(.linkUp)
        let outcome = Outcome.approved(reference: "A1")
        #expect(machine.handle(.message(.outcome(outcome))) == [.send(.outcomeReceived), .finish(outcome)])
    }

    @Test func `parameters that were not asked for are a fault`() {
        for change in [
            { (p: inout PictureParameters) in p.size.width = 1600 }, { $0.level = 52 }, { $0.temporalLayers = 3 },
        ] {
            var machine = SessionMachine()
            _ = machine.handle(.launch(Self.request, linkUp: true))
            var accepted = Self.accepted
            change(&accepted.picture)
            #expect(machine.handle(.message(.accepted(accepted))) == [.fault(.unexpectedParameters)])
        }
    }

    @Test func `messages out of order are faults`() {
        var requested = SessionMachine()
        _ = requested.handle(.launch(Self.request, linkUp: true))
        let unit = ServerMessage.accessUnit(Self.unit(1, keyframe: true, damage: Self.whole))
        #expect(requested.handle(.message(unit)) == [.fault(.outOfOrder)])
        var running = Self.running()
        #expect(running.handle(.message(.accepted(Self.accepted))) == [.fault(.outOfOrder)])
        let resumed = Resumed(session: 5, received: 0, entryMode: .keys)
        #expect(running.handle(.message(.resumed(resumed))) == [.fault(.outOfOrder)])
    }

    @Test func `a cancelled session waits for the server's word, and drops the rest`() {
        var machine = Self.running()
        #expect(machine.handle(.cancel(.user)) == [.send(.cancel(.user)), .awaitOutcome])
        #expect(machine.handle(.cancel(.user)) == [])
        #expect(machine.handle(.message(.accessUnit(Self.unit(2, damage: Self.whole)))) == [])
        #expect(machine.handle(.message(.entryMode(.none))) == [])
        #expect(machine.handle(.message(.outcome(.cancelled))) == [.send(.outcomeReceived), .finish(.cancelled)])
        #expect(machine.isIdle)
    }

    @Test func `an outcome that crossed a cancel counts, not the wish`() {
        var machine = Self.running()
        _ = machine.handle(.cancel(.user))
        let paid = Outcome.approved(reference: "A1")
        #expect(machine.handle(.message(.outcome(paid))) == [.send(.outcomeReceived), .finish(paid)])
    }

    @Test func `a limit says so, whatever the server calls it`() {
        var machine = Self.running()
        _ = machine.handle(.cancel(.limit))
        #expect(
            machine.handle(.message(.outcome(.cancelled)))
                == [.send(.outcomeReceived), .finish(.failed(reason: "The session took too long"))])
    }

    @Test func `a server that owes its word for too long loses the connection`() {
        var machine = Self.running()
        _ = machine.handle(.cancel(.user))
        #expect(machine.handle(.outcomeOverdue) == [.finish(.cancelled), .fault(.noOutcome)])
        #expect(machine.handle(.outcomeOverdue) == [])
        #expect(machine.isIdle)
    }

    @Test func `cancelling while asked for, detached or without a link`() {
        var asked = SessionMachine()
        _ = asked.handle(.launch(Self.request, linkUp: true))
        #expect(asked.handle(.cancel(.user)) == [.send(.cancel(.user)), .awaitOutcome])
        #expect(asked.handle(.message(.accepted(Self.accepted))) == [])
        #expect(asked.handle(.message(.refused(Refusal(code: .notPermitted, reason: "no")))) == [.finish(.cancelled)])

        var waiting = SessionMachine()
        _ = waiting.handle(.launch(Self.request, linkUp: false))
        #expect(waiting.handle(.cancel(.user)) == [.finish(.cancelled)])

        var detached = Self.running()
        _ = detached.handle(.linkDown)
        let unknown = Outcome.failed(reason: "The connection was lost: the outcome is not known")
        #expect(detached.handle(.cancel(.user)) == [.finish(unknown)])

        var resuming = Self.running()
        _ = resuming.handle(.linkDown)
        _ = resuming.handle(.linkUp)
        #expect(resuming.handle(.cancel(.user)) == [.send(.cancel(.user)), .awaitOutcome])
        #expect(resuming.handle(.linkDown) == [.finish(.cancelled)])
    }

    @Test func `a refusal with no session is nobody's fault`() {
        var machine = SessionMachine()
        #expect(machine.handle(.message(.refused(Refusal(code: .draining, reason: "going down")))) == [])
    }

    @Test func `damage outside the picture is cut`() {
        var machine = Self.running()
        let wild = Rectangle(x: 790, y: 440, width: 4000, height: 4000)
        _ = machine.handle(.message(.accessUnit(Self.unit(2, damage: wild))))
        let cut = Rectangle(x: 790, y: 440, width: 10, height: 8)
        #expect(machine.handle(.decoded(2)) == [.show(sequence: 2, damage: cut, answered: 0)])
    }
}
