import Launch
import LinuxBase
import Measurements
import Testing
import Wire

/// An icon whose pixels differ, and all have some transparency.
func testIcon(_ width: Int, _ height: Int) -> LaunchIcon? {
    LaunchIcon(
        width: width, height: height,
        pixels: (0..<width * height).map { 0x80_00_00_00 | UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) >> 8 })
}

@Suite(.serialized) struct LaunchListTests {
    @Test func `what is offered is what it was after a round trip`() throws {
        let lists: [[OfferedApplication]] = [
            [], [OfferedApplication(application: "wallet", title: "Portefeuille")],
            [
                OfferedApplication(application: "a.b-c_1", title: "é", icon: testIcon(1, 1)),
                OfferedApplication(application: "b", title: "B", icon: testIcon(256, 200)),
                OfferedApplication(application: "c", title: "C"),
            ],
        ]
        for list in lists {
            #expect(try LaunchAnswer(decoding: LaunchAnswer.applications(list).encoded()) == .applications(list))
        }
    }

    @Test func `an icon is as large as it says, and not larger than allowed`() {
        #expect(testIcon(256, 256) != nil)
        #expect(testIcon(257, 1) == nil && testIcon(1, 257) == nil && testIcon(0, 1) == nil)
        #expect(LaunchIcon(width: 2, height: 2, pixels: [1, 2, 3]) == nil)
    }

    @Test func `a list that would be too long loses icons, not applications`() throws {
        let list = (0..<70).map { OfferedApplication(application: "a\($0)", title: "", icon: testIcon(256, 256)) }
        let bytes = LaunchAnswer.applications(list).encoded()
        #expect(bytes.count <= LaunchLimits.listBytes)
        guard case .applications(let found) = try LaunchAnswer(decoding: bytes) else {
            Issue.record("another answer")
            return
        }
        #expect(found.map(\.application) == list.prefix(64).map(\.application))
        #expect(found.allSatisfy { $0.title == $0.application }, "a title that is none is the name")
        #expect(found.count { $0.icon != nil } == 15)
    }

    @Test func `a list that is not one is refused`() {
        func answer(_ items: [CBOR]) -> [UInt8] {
            CBOR.fields([0: .unsigned(4), 3: .array(items)]).encoded()
        }
        let good: KeyValuePairs<UInt64, CBOR?> = [1: .text("a"), 2: .text("A")]
        #expect(throws: Never.self) { try LaunchAnswer(decoding: answer([.fields(good)])) }
        let rows: [[CBOR]] = [
            [.fields(good), .fields(good)],
            [.fields([1: .text("a")])],
            [.fields([1: .text("a/b"), 2: .text("A")])],
            [.fields([1: .text("a"), 2: .text("A\nExec=sh")])],
            [.fields([1: .text("a"), 2: .text("")])],
            [.fields([1: .text("a"), 2: .text("A"), 3: .unsigned(1), 4: .unsigned(1)])],
            [.fields([1: .text("a"), 2: .text("A"), 3: .unsigned(1), 4: .unsigned(1), 5: .bytes([1, 2, 3])])],
            [.fields([1: .text("a"), 2: .text("A"), 3: .unsigned(0), 4: .unsigned(0), 5: .bytes([])])],
            [.fields([1: .text("a"), 2: .text("A"), 3: .unsigned(1 << 63), 4: .unsigned(4), 5: .bytes([])])],
            [.text("a")],
        ]
        for row in rows {
            #expect(throws: LaunchError.badField(key: 3)) { try LaunchAnswer(decoding: answer(row)) }
        }
        #expect(throws: LaunchError.badField(key: 3)) { try LaunchAnswer(decoding: [0xA1, 0x00, 0x04]) }
    }

    /// A gate and its clients in one thread: a list is longer than a socket's buffer, so both sides take turns.
    @Test func `a list comes whole, and no more than two are on their way at a time`() throws {
        let folder = try Folder()
        let path = folder.path + "/launch.sock"
        var gate = try LaunchGate(path)
        let list = (0..<10).map { OfferedApplication(application: "a\($0)", title: "A", icon: testIcon(256, 256)) }
        var calls: [Box] = []
        for _ in 0..<3 { calls.append(Box(try LaunchCall(path, .list))) }
        var peers: [PeerCredentials] = []
        for _ in 0..<2 {
            for event in try gate.handle(now: Clock.now()) {
                guard case .list(let client, let peer) = event else {
                    Issue.record("\(event)")
                    continue
                }
                peers.append(peer)
                gate.answer(.applications(list), to: client, now: Clock.now())
            }
        }
        #expect(peers.count == 3 && peers.allSatisfy { $0.process == Process.number })
        var answers = [LaunchAnswer?](repeating: nil, count: 3)
        let deadline = Clock.now() + .seconds(5)
        while answers.contains(nil), Clock.now() < deadline {
            for (index, box) in calls.enumerated() where answers[index] == nil {
                answers[index] = try box.call.nextIfReady()
            }
            _ = try gate.handle(now: Clock.now())
        }
        #expect(answers[0] == .applications(list) && answers[1] == .applications(list))
        #expect(answers[2] == .refused("too many ask for the applications, try again"))
        _ = try gate.handle(now: Clock.now())
        let left = gate.clientCount
        #expect(left == 0)
    }

    private final class Box {
        var call: LaunchCall
        init(_ call: consuming LaunchCall) { self.call = call }
    }
}
