import Glibc
import Launch
import LinuxBase
import Measurements
import Testing
import Wire

private let invoice = Invoice(merchant: "M", account: "A", identifier: "1", amount: 1, currency: "EUR")

/// A gate in a folder of its own, turned by hand.
private struct Rehearsal: ~Copyable {
    let folder: Folder
    let path: String
    var gate: LaunchGate
    var events: [LaunchGate.Event] = []

    init(owner: UInt32 = Process.user, anyUser: Bool = false) throws {
        let folder = try Folder()
        let path = folder.path + "/launch.sock"
        gate = try LaunchGate(path, owner: owner, anyUser: anyUser)
        self.folder = folder
        self.path = path
    }

    /// Turns until `count` events have come, or the time is up.
    mutating func turn(until count: Int, timeout: Duration = .seconds(3)) throws {
        let deadline = Clock.now() + timeout
        while events.count < count, Clock.now() < deadline {
            _ = try Poll.wait(for: gate.watched, timeout: .milliseconds(20))
            events += try gate.handle(now: Clock.now())
        }
    }

    func connect() throws -> Descriptor { try UnixSocket.connect(path) }
}

@Suite(.serialized) struct LaunchGateTests {
    @Test func `messages are what they were after a round trip, and deterministic CBOR`() throws {
        for request in [LaunchRequest(application: "wallet"), LaunchRequest(application: "w-1_x.y", invoice: invoice)] {
            #expect(try LaunchRequest(decoding: request.encoded()) == request)
        }
        let answers: [LaunchAnswer] = [
            .notRemote, .refused("busy"), .started, .outcome(.approved(reference: "1")),
            .outcome(.declined(reason: "no")), .outcome(.needsMore(request: "more")), .outcome(.ended),
            .outcome(.cancelled), .outcome(.failed(reason: "x")),
        ]
        for answer in answers { #expect(try LaunchAnswer(decoding: answer.encoded()) == answer) }
        #expect(LaunchRequest(application: "w").encoded() == [0xA1, 0x01, 0x61, 0x77])
        #expect(LaunchAnswer.started.encoded() == [0xA1, 0x00, 0x02])
        for question in [LaunchQuestion.list, .launch(LaunchRequest(application: "wallet", invoice: invoice))] {
            #expect(try LaunchQuestion(decoding: question.encoded()) == question)
        }
        #expect(LaunchQuestion.list.encoded() == [0xA1, 0x00, 0x01])
        #expect(throws: LaunchError.badField(key: 0)) { try LaunchQuestion(decoding: [0xA1, 0x00, 0x02]) }
    }

    @Test(arguments: ["", "a b", "../x", "é", "a/b", String(repeating: "a", count: 65)])
    func `an application's name is one that may stand in logs and file names`(name: String) {
        #expect(throws: LaunchError.badField(key: 1)) {
            try LaunchRequest(decoding: LaunchRequest(application: name).encoded())
        }
    }

    @Test func `a reason that is too long or not clean is made so, not refused`() throws {
        let answer = LaunchAnswer.refused(String(repeating: "é\n", count: 500))
        guard case .refused(let reason) = try LaunchAnswer(decoding: answer.encoded()) else {
            Issue.record("another answer")
            return
        }
        #expect(reason.hasPrefix("é\u{FFFD}é") && reason.utf8.count <= WireLimits.textBytes)
    }

    @Test func `a launch is asked, started and answered, with the peer's credentials`() throws {
        var stage = try Rehearsal()
        var call = try LaunchCall(stage.path, LaunchRequest(application: "wallet", invoice: invoice))
        try stage.turn(until: 1)
        guard case .request(let client, let request, let peer) = stage.events.first else {
            Issue.record("\(stage.events)")
            return
        }
        #expect(request == LaunchRequest(application: "wallet", invoice: invoice))
        #expect(peer.process == getpid() && peer.user == geteuid())
        stage.gate.answer(.started, to: client, now: Clock.now())
        #expect(try call.next(timeout: .seconds(2)) == .started)
        let waiting = stage.gate.clientCount
        #expect(waiting == 1)
        stage.gate.answer(.outcome(.approved(reference: "R1")), to: client, now: Clock.now())
        #expect(try call.next(timeout: .seconds(2)) == .outcome(.approved(reference: "R1")))
        let left = stage.gate.clientCount
        #expect(left == 0)
    }

    @Test func `a request may come byte by byte`() throws {
        var stage = try Rehearsal()
        let client = try stage.connect()
        for byte in Framing.frame(LaunchRequest(application: "wallet").encoded()) {
            #expect(stage.events.isEmpty)
            try client.writeAll([byte])
            try stage.turn(until: 1, timeout: .milliseconds(5))
        }
        try stage.turn(until: 1)
        guard case .request = stage.events.first else {
            Issue.record("\(stage.events)")
            return
        }
    }

    @Test func `hostile clients are dropped with a typed error, and the gate goes on`() throws {
        let request = Framing.frame(LaunchRequest(application: "wallet").encoded())
        let rows: [(name: String, bytes: [UInt8], closes: Bool, error: LaunchError)] = [
            (
                "garbage", Array("GET / HTTP/1.1\r\n\r\n".utf8), false,
                .wire(.frameTooLong(bytes: 0x4745_5420, limit: 4096))
            ),
            ("oversize", [0, 0, 0x10, 1], false, .wire(.frameTooLong(bytes: 4097, limit: 4096))),
            ("empty item", [0, 0, 0, 0], false, .wire(.truncated)),
            ("half and gone", Array(request.dropLast()), true, .closed),
            ("nothing and gone", [], true, .closed),
            ("no application", Framing.frame([0xA0]), false, .badField(key: 1)),
            ("trailing bytes", Framing.frame([0xA0, 0x00]), false, .wire(.trailingBytes)),
        ]
        for row in rows {
            var stage = try Rehearsal()
            var client: Descriptor? = try stage.connect()
            try client?.writeAll(row.bytes)
            if row.closes { client = nil }
            try stage.turn(until: 1)
            guard case .gone(_, let error) = stage.events.first else {
                Issue.record("\(row.name): \(stage.events)")
                continue
            }
            #expect(error == row.error, "\(row.name)")
            let left = stage.gate.clientCount
            #expect(left == 0, "\(row.name)")
            _ = try LaunchCall(stage.path, LaunchRequest(application: "next"))
            try stage.turn(until: 2)
            guard case .request = stage.events.last else {
                Issue.record("\(row.name): the gate is blocked")
                continue
            }
            _ = consume client
        }
    }

    @Test func `a second request on one connection ends it, and nobody waits for its outcome then`() throws {
        var stage = try Rehearsal()
        let client = try stage.connect()
        let request = Framing.frame(LaunchRequest(application: "wallet").encoded())
        try client.writeAll(request)
        try stage.turn(until: 1)
        try client.writeAll(request)
        try stage.turn(until: 2)
        #expect(stage.events.last == .gone(client: 1, .unexpectedMessage))
        stage.gate.answer(.outcome(.ended), to: 1, now: Clock.now())
    }

    @Test func `who asks nothing is dropped in time`() throws {
        var stage = try Rehearsal()
        let client = try stage.connect()
        try stage.turn(until: 1, timeout: .milliseconds(50))
        let until = stage.gate.deadline
        let events = try stage.gate.handle(now: try #require(until))
        #expect(events == [.gone(client: 1, .timeout)])
        _ = consume client
    }

    @Test func `who does not read its answer is dropped in time`() throws {
        var stage = try Rehearsal()
        let client = try stage.connect()
        try client.writeAll(Framing.frame(LaunchRequest(application: "wallet").encoded()))
        try stage.turn(until: 1)
        // As if the socket were full: answers pile up to the bound.
        var answers = 0
        while stage.gate.clientCount > 0, answers < 1_000_000 {
            stage.gate.answer(.started, to: 1, now: Clock.now())
            answers += 1
        }
        #expect(answers > 1 && answers < 1_000_000, "bounded, and the gate is not held up")
        _ = consume client
    }

    @Test func `a thousand connections cost sixteen places, and a launch still gets through after them`() throws {
        var stage = try Rehearsal()
        var turnedAway = 0
        var flood: [Box] = []
        for _ in 0..<1000 {
            flood.append(Box(try stage.connect()))
            for event in try stage.gate.handle(now: Clock.now()) {
                if case .overrun(let connections) = event { turnedAway += connections }
            }
            let count = stage.gate.clientCount
            #expect(count <= LaunchLimits.clients)
        }
        #expect(turnedAway == 1000 - LaunchLimits.clients)
        flood = []
        try stage.turn(until: LaunchLimits.clients)
        let left = stage.gate.clientCount
        #expect(left == 0)
        stage.events = []
        _ = try LaunchCall(stage.path, LaunchRequest(application: "wallet"))
        try stage.turn(until: 1)
        guard case .request = stage.events.first else {
            Issue.record("\(stage.events)")
            return
        }
    }

    @Test func `a peer that is not listed is turned away before it is heard`() throws {
        var stage = try Rehearsal(owner: Process.user + 1)
        let client = try stage.connect()
        try stage.turn(until: 1)
        guard case .turnedAway(let peer) = stage.events.first else {
            Issue.record("\(stage.events)")
            return
        }
        #expect(peer.user == Process.user)
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(try client.read(into: &buffer) == .closed)
    }

    @Test func `a stranger is heard where anybody is, but has no more than a share of the places`() throws {
        var stage = try Rehearsal(owner: Process.user + 1, anyUser: true)
        var sockets: [Box] = []
        for _ in 0...LaunchLimits.clientsOfStranger { sockets.append(Box(try stage.connect())) }
        try stage.turn(until: 1)
        #expect(stage.events == [.overrun(connections: 1)])
        let count = stage.gate.clientCount
        #expect(count == LaunchLimits.clientsOfStranger)
    }

    private final class Box {
        let socket: Descriptor
        init(_ socket: consuming Descriptor) { self.socket = socket }
    }
}
