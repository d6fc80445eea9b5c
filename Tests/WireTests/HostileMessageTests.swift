import FuzzKit
import Pictures
import Testing
import Wire

@Suite struct HostileMessageTests {
    @Test func `a message cut anywhere is refused`() {
        for message in Samples.terminal.map({ $0.encoded() }) {
            for count in message.indices {
                #expect(throws: WireError.self) { try TerminalMessage(decoding: Array(message[..<count])) }
            }
        }
        for message in Samples.server.map({ $0.encoded() }) {
            for count in message.indices {
                #expect(throws: WireError.self) { try ServerMessage(decoding: Array(message[..<count])) }
            }
        }
        for count in Samples.applicationRequest.encoded().indices {
            let part = Array(Samples.applicationRequest.encoded()[..<count])
            #expect(throws: WireError.self) { try ApplicationRequest(decoding: part) }
        }
    }

    @Test func `a message with one byte more is refused`() {
        for message in Samples.terminal {
            #expect(throws: WireError.trailingBytes) { try TerminalMessage(decoding: message.encoded() + [0]) }
        }
        for message in Samples.server {
            #expect(throws: WireError.trailingBytes) { try ServerMessage(decoding: message.encoded() + [0]) }
        }
    }

    @Test func `any one byte changed gives a message or a refusal, and what is read can be written`() throws {
        for target in FuzzTarget.wire {
            for input in target.corpus where input.count < 200 {
                for place in input.indices {
                    for value in UInt8.min...UInt8.max {
                        var changed = input
                        changed[place] = value
                        if case .broken(let words) = target.body(changed) {
                            Issue.record("\(target.name) \(hexadecimal(changed)): \(words)")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: FuzzTarget.wire.map(\.name))
    func `forty thousand mutations find nothing`(name: String) throws {
        let target = try #require(FuzzTarget.wire.first { $0.name == name })
        let report = target.run(executions: 40_000, seed: 20_260_101)
        #expect(report.findings == [])
        #expect(report.executions == 40_000 + target.corpus.count)
        // Both sides of the parser are reached.
        #expect(report.accepted > 1000)
        #expect(report.executions - report.accepted > 1000)
    }

    @Test func `mutations depend on nothing but the seed`() {
        func inputs(_ seed: UInt64) -> [[UInt8]] {
            var result: [[UInt8]] = []
            _ = FuzzTarget.cbor.run(executions: 200, seed: seed) { result.append($0) }
            return result
        }
        #expect(inputs(1) == inputs(1))
        #expect(inputs(1) != inputs(2))
    }

    @Test func `a fuzz target that breaks its rule is found`() {
        let target = FuzzTarget(name: "planted", corpus: [[1, 2, 3, 4]]) { input in
            input.first == 0xff ? .broken("planted") : .accepted
        }
        #expect(!target.run(executions: 5000, seed: 1).findings.isEmpty)
    }

    @Test func `fields of a newer version are ignored`() throws {
        let known = CBOR.fields([0: .unsigned(4), 1: .unsigned(9), 2: .unsigned(10)])
        guard case .map(var map) = known else { return }
        map[.unsigned(3)] = .map([.text("new"): .array([.float(1), .tagged(1, .bytes([1]))])])
        map[.negative(3)] = .bytes([1, 2, 3])
        map[.text("note")] = .text("hello")
        let message = try TerminalMessage(decoding: CBOR.map(map).encoded())
        #expect(message == .command(Command(sequence: 9, key: .ok)))
    }

    @Test func `a message that went the wrong way is refused`() {
        for message in Samples.terminal where message != .heartbeat && message != .padding {
            #expect(throws: WireError.self) { try ServerMessage(decoding: message.encoded()) }
            #expect(throws: WireError.self) { try ApplicationEvent(decoding: message.encoded()) }
        }
        #expect(throws: WireError.unknownMessage(20)) {
            try TerminalMessage(decoding: ServerMessage.entryMode(.keys).encoded())
        }
        #expect(throws: WireError.unknownMessage(32)) {
            try ApplicationEvent(decoding: Samples.applicationRequest.encoded())
        }
    }
}
