import Database
import LinuxBase
import Measurements
import Testing
import Wire

/// Sessions of the real server program with real cells, seen from the terminal's end of the connection.
@Suite(.serialized) struct SessionTests {
    /// Sends a launch and follows it to the point where the wallet takes keys.
    private func launch(
        _ terminal: TestTerminal, _ request: ExecutionRequest = .launch()
    ) async throws -> (accepted: Accepted, keyframe: AccessUnit) {
        terminal.send(.executionRequest(request))
        let accepted = try await terminal.next(\.accepted)
        var keyframe: AccessUnit?
        var mode: EntryMode?
        while keyframe == nil || mode?.contains(.keys) != true {
            let message = try await terminal.next()
            keyframe = keyframe ?? message.unit
            mode = message.entryMode ?? mode
        }
        return (accepted, try #require(keyframe))
    }

    private func press(_ terminal: TestTerminal, _ sequence: UInt64, _ key: Key) {
        terminal.send(.command(Command(sequence: sequence, key: key)))
    }

    @Test func `from the launch to the approval, a picture for each key`() async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        let (accepted, keyframe) = try await launch(terminal)
        #expect(accepted.picture.profile == 66)
        #expect(accepted.token.count == WireLimits.resumeTokenBytes)
        #expect(keyframe.isKeyframe && keyframe.sequence == 1)
        var last = keyframe.sequence
        var sizes: [Int] = []
        for (index, digit) in ServerRig.code.utf8.enumerated() {
            press(terminal, UInt64(index + 1), .digit(digit - 0x30))
            let unit = try await terminal.next(\.unit)
            #expect(unit.sequence == last + 1)
            #expect(unit.answered == UInt64(index + 1))
            #expect(!unit.isKeyframe)
            sizes.append(unit.payload.count)
            last = unit.sequence
        }
        // The encoder refines the keyframe in the first picture after it; the others bring a star each.
        #expect(sizes.dropFirst().allSatisfy { $0 <= 250 }, "\(sizes)")
        press(terminal, 5, .ok)
        let outcome = try await terminal.next(\.outcome)
        guard case .approved(let reference) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        terminal.send(.outcomeReceived)
        try await eventually("the audit") { (try? rig.sessions().first?.outcome) == .approved }
        #expect(try rig.sessions().first?.id == Int64(accepted.session))
        #expect(!reference.isEmpty)
        // What identifies and what pays stays out of the log; the bank's reference is how an operator finds a payment.
        let log = rig.log
        #expect(!log.contains(ServerRig.account) && !log.contains(ServerRig.code))
        #expect(log.contains(reference))
        #expect(log.contains("keys=5"), "\(log)")
        #expect(try rig.stop() == .exited(0))
    }

    @Test func `a session survives its connection, and repeated keys count once`() async throws {
        let rig = try ServerRig()
        let first = try await rig.connect()
        let (accepted, _) = try await launch(first)
        press(first, 1, .digit(1))
        press(first, 2, .digit(2))
        while try await first.next(\.unit).answered < 2 {}
        first.close()

        let second = try await rig.connect()
        second.send(.resume(Resume(session: accepted.session, token: accepted.token)))
        #expect(
            try await second.next()
                == .resumed(Resumed(session: accepted.session, received: 2, entryMode: [.card, .keys])))
        #expect(try await second.next() == .entryMode([.card, .keys]))
        let unit = try await second.next(\.unit)
        #expect(unit.isKeyframe && unit.sequence == 1 && unit.answered == 2)
        for sequence: UInt64 in 1...3 { press(second, sequence, .digit(3)) }
        #expect(try await second.next(\.unit).answered == 3)

        // A connection that only seems alive gives way to the newer one.
        let third = try await rig.connect()
        third.send(.resume(Resume(session: accepted.session, token: accepted.token)))
        #expect(try await third.next(\.resumed).received == 3)
        #expect(try await third.next(\.unit).isKeyframe)
        try await second.expectClosed()
        press(third, 4, .cancel)
        #expect(try await third.next(\.outcome) == .cancelled)
        #expect(rig.log.contains("taken over"))
        #expect(try rig.sessions().count == 1)
    }

    @Test func `a session belongs to one terminal and one token`() async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        let (accepted, _) = try await launch(terminal)
        var token = accepted.token
        token[15] ^= 1
        let other = try await rig.connect("t2")
        for (who, resume) in [
            (terminal, Resume(session: accepted.session, token: token)),
            (terminal, Resume(session: accepted.session + 1, token: accepted.token)),
            (other, Resume(session: accepted.session, token: accepted.token)),
        ] {
            who.send(.resume(resume))
            #expect(try await who.next(\.refusal).code == .unknownSession)
        }
        press(terminal, 1, .digit(1))
        #expect(try await terminal.next(\.unit).answered == 1)
    }

    @Test func `the same request twice is one session`() async throws {
        let rig = try ServerRig()
        let first = try await rig.connect()
        first.send(.executionRequest(.launch()))
        first.send(.executionRequest(.launch()))
        let accepted = try await first.next(\.accepted)
        first.close()
        let second = try await rig.connect()
        let (again, keyframe) = try await launch(second)
        #expect(again == accepted)
        #expect(keyframe.sequence == 1 && keyframe.isKeyframe)
        #expect(try rig.sessions().count == 1)
        // Another request is another session, and the end of the first.
        let (next, _) = try await launch(second, .launch(number: 2))
        #expect(next.session != accepted.session)
        try await eventually("the end of the first") {
            (try? rig.sessions().first { $0.id == Int64(accepted.session) }?.outcome) == .cancelled
        }
    }

    @Test func `a gap in the keys ends the connection, not the session`() async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        let (accepted, _) = try await launch(terminal)
        press(terminal, 2, .digit(1))
        #expect(try await terminal.next(\.refusal).code == .malformed)
        try await terminal.expectClosed()
        try await eventually("the reason") { rig.log.contains("command 2 came where 1 was due") }
        let again = try await rig.connect()
        again.send(.resume(Resume(session: accepted.session, token: accepted.token)))
        #expect(try await again.next(\.resumed).received == 0)
    }

    @Test func `a keyframe comes when it is asked for, changed or not`() async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        _ = try await launch(terminal)
        terminal.send(.keyframeRequest)
        let unit = try await terminal.next(\.unit)
        #expect(unit.isKeyframe && unit.sequence == 2)
    }

    @Test(arguments: [("crashes", 1.0), ("silent", 4.0), ("babbles", 4.0)])
    func `an application that fails becomes an outcome in time`(_ application: String, _ seconds: Double) async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        let begin = Clock.now()
        terminal.send(.executionRequest(.launch(application)))
        let outcome = try await terminal.next(\.outcome)
        guard case .failed = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(Clock.now() - begin < .seconds(seconds))
        try await eventually("the audit") { (try? rig.sessions().first?.outcome) == .failed }
        terminal.send(.outcomeReceived)
        // The same connection serves the next launch.
        _ = try await launch(terminal, .launch(number: 2))
    }

    @Test func `an outcome waits for a terminal that was away`() async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        terminal.send(.executionRequest(.launch("crashes")))
        terminal.close()
        try await eventually("the audit") { (try? rig.sessions().first?.outcome) == .failed }
        for _ in 1...2 {
            let again = try await rig.connect()
            again.send(.executionRequest(.launch("crashes")))
            guard case .failed = try await again.next(\.outcome) else { return }
            again.close()
        }
        #expect(try rig.sessions().count == 1)
    }

    @Test func `what is not permitted or not there is refused, and the connection goes on`() async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        var foreign = ExecutionRequest.launch()
        foreign.user = "mallory"
        terminal.send(.executionRequest(foreign))
        #expect(try await terminal.next(\.refusal).code == .notPermitted)
        terminal.send(.executionRequest(.launch("chess")))
        #expect(try await terminal.next(\.refusal).code == .unknownApplication)
        _ = try await launch(terminal, .launch(number: 2))
        #expect(try rig.sessions().count == 1)
    }

    @Test func `a picture that the terminal cannot decode is not begun`() async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        var request = ExecutionRequest.launch()
        request.target.level = 10
        terminal.send(.executionRequest(request))
        #expect(try await terminal.next(\.refusal).code == .internalFailure)
        try await eventually("the audit") { (try? rig.sessions().first?.outcome) == .failed }
    }

    @Test func `SIGTERM tells the terminals, ends the cells and the program within three seconds`() async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        let idle = try await rig.connect("t2")
        _ = try await launch(terminal)
        let cells = rig.cells()
        #expect(!cells.isEmpty)
        let begin = Clock.now()
        #expect(try rig.stop() == .exited(0))
        #expect(Clock.now() - begin < .seconds(3))
        for terminal in [terminal, idle] { #expect(try await terminal.next(\.refusal).code == .draining) }
        #expect(cells.allSatisfy { !Files.exists("/proc/\($0)") })
        #expect(try rig.sessions().map(\.outcome) == [.interrupted])
    }

    @Test func `SIGKILL takes the cells along, and the next start is clean`() async throws {
        let rig = try ServerRig()
        let terminal = try await rig.connect()
        _ = try await launch(terminal)
        let cells = rig.cells()
        #expect(!cells.isEmpty)
        #expect(try rig.stop(.kill) == .signalled(9))
        try await eventually("the cells' end") { cells.allSatisfy { !Files.exists("/proc/\($0)") } }
        #expect(try rig.sessions().map(\.outcome) == [nil])
        try rig.start()
        #expect(try rig.sessions().map(\.outcome) == [.interrupted])
        let again = try await rig.connect()
        _ = try await launch(again)
    }
}
