import EMV
import FuzzKit
import Testing

@Suite struct `Mutated cards` {
    /// The long runs are vitrine-fuzz's; this many find what is broken at once.
    @Test func `every mutation of a published session ends within the limits`() throws {
        let transaction = try CardTransaction.test()
        for trace in try Trace.all() where trace.outcome.hasPrefix("read") {
            // The answers in the order of the commands, each behind its length.
            var corpus: [UInt8] = []
            _ = Session(trace.profile, transaction: transaction) { command, _ in
                let answer = trace.response(to: command) ?? [0x6A, 0x82]
                corpus += [UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer
                return answer
            }
            let target = FuzzTarget(name: trace.name, corpus: [corpus]) { input in
                var rest = input[...]
                let session = Session(trace.profile, transaction: transaction) { _, _ in
                    guard rest.count >= 2 else { return [] }
                    let count = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
                    defer { rest = rest.dropFirst(2 + count) }
                    return Array(rest.dropFirst(2).prefix(count))
                }
                guard let account = session.outcome.account else {
                    return session.outcome == .failed(.outOfTurn) ? .broken("out of turn") : .refused
                }
                let isSound =
                    CardLimits.accountDigits.contains(account.pan.utf8.count)
                    && account.label.unicodeScalars.count <= 16
                    && account.masked.filter { $0 != "*" }.count <= 10
                    && account.track2?.hasPrefix(account.pan + "D") != false
                return isSound ? .accepted : .broken("an account that cannot be")
            }
            let report = target.run(executions: 3000, seed: 1)
            #expect(report.findings.isEmpty && report.accepted > 0, "\(trace): \(report.findings)")
        }
    }

    @Test func `no list and no locator of random bytes is more than it says`() {
        let lists = FuzzTarget(name: "list", corpus: [[0x9F, 0x02, 0x06, 0x9A, 0x03]], limit: 300) { input in
            guard let list = try? DataObjectList(decoding: input) else { return .refused }
            return list.data { _ in nil }.count == list.dataLength ? .accepted : .broken("another length")
        }
        let locators = FuzzTarget(name: "locator", corpus: [[0x08, 0x01, 0x02, 0x01]], limit: 300) { input in
            guard let locator = try? FileLocator(decoding: input) else { return .refused }
            return locator.records.count <= CardLimits.records ? .accepted : .broken("too many records")
        }
        for target in [lists, locators] {
            let report = target.run(executions: 10_000, seed: 1)
            #expect(report.findings.isEmpty && report.accepted > 0, "\(target.name): \(report.findings)")
        }
    }
}
