internal import Evidence
internal import FuzzKit
internal import Testing

@Suite struct `Foreign evidence` {
    /// The long runs are vitrine-fuzz's; this many find what is broken at once.
    @Test func `no parser traps, and what is accepted has one form`() throws {
        let manifest = try sampleManifest()
        let log = try #require(EventLog(events: manifest.measurements))
        let targets: [(String, [UInt8], @Sendable ([UInt8]) throws -> Bool)] = [
            ("manifest", manifest.encoded(), { try ReleaseManifest(decoding: $0).encoded() == $0 }),
            ("log", log.encoded(), { try EventLog(decoding: $0).encoded() == $0 }),
            ("request", sampleRequest().encoded(), { try EnrolmentRequest(decoding: $0).encoded() == $0 }),
            ("grant", sampleGrant().encoded(), { try EnrolmentGrant(decoding: $0).encoded() == $0 }),
            ("area", Statements.area, { try PublicArea(decoding: $0).bytes == $0 }),
            ("quote", Statements.quote(), { try QuoteStatement(decoding: $0).digest.count <= 64 }),
            ("certify", Statements.certify, { try CertifyStatement(decoding: $0).name.count <= 66 }),
        ]
        for (name, corpus, body) in targets {
            let target = FuzzTarget(name: name, corpus: [corpus], limit: 1024) { input in
                do { return try body(input) ? .accepted : .broken("another form") } catch is EvidenceError {
                    return .refused
                } catch {
                    return .broken("an error of another module")
                }
            }
            let report = target.run(executions: 3000, seed: 1)
            #expect(report.findings.isEmpty && report.accepted > 0, "\(name): \(report.findings)")
        }
    }
}
