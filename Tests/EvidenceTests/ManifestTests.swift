internal import Evidence
internal import TLS
internal import Testing
internal import Wire

func sha256(_ bytes: [UInt8]) -> [UInt8] { Digest.sha256(bytes) }

func measurement(_ register: Int, _ name: String, _ fill: UInt8 = 1) throws -> Measurement {
    try #require(Measurement(register: register, name: name, digest: [UInt8](repeating: fill, count: 32)))
}

func sampleManifest() throws -> ReleaseManifest {
    ReleaseManifest(
        version: "1.2", time: 1_800_000_000, generation: 3,
        measurements: [try measurement(11, "kernel"), try measurement(14, "vitrine-terminal", 2)],
        authorityX: [UInt8](repeating: 3, count: 32), authorityY: [UInt8](repeating: 4, count: 32),
        policies: [0, 7].map { .init(offset: $0, signature: [UInt8](repeating: UInt8($0), count: 64)) })
}

@Suite struct `A release manifest` {
    @Test func `what was put in comes out`() throws {
        let manifest = try sampleManifest()
        #expect(try ReleaseManifest(decoding: manifest.encoded()) == manifest)
        #expect(manifest.policy(offset: 7)?.signature.first == 7 && manifest.policy(offset: 8) == nil)
    }

    @Test func `what a maker would not write is refused`() throws {
        let good = try sampleManifest()
        func fault(_ change: (inout ReleaseManifest) throws -> Void) throws -> EvidenceError? {
            var manifest = good
            try change(&manifest)
            let bytes = manifest.encoded()
            do throws(EvidenceError) { _ = try ReleaseManifest(decoding: bytes) } catch { return error }
            return nil
        }
        #expect(try fault { _ in } == nil)
        #expect(try fault { $0.version = "" } == .bad(.manifest, key: 1))
        #expect(try fault { $0.version = "1\n2" } == .bad(.manifest, key: 1))
        #expect(try fault { $0.version = String(repeating: "1", count: 65) } == .bad(.manifest, key: 1))
        #expect(try fault { $0.generation = 0 } == .bad(.manifest, key: 3))
        #expect(try fault { $0.registers = [] } == .bad(.manifest, key: 4))
        #expect(try fault { $0.registers = [14, 11] } == .bad(.manifest, key: 4))
        #expect(try fault { $0.registers = [11, 14, 14] } == .bad(.manifest, key: 4))
        #expect(try fault { $0.registers = [11, 14, 24] } == .bad(.manifest, key: 4))
        #expect(try fault { $0.registers = [14] } == .bad(.manifest, key: 5), "an event of a register that is not held")
        #expect(try fault { $0.authorityY.removeLast() } == .bad(.manifest, key: 6))
        #expect(try fault { $0.policies.reverse() } == .bad(.manifest, key: 7))
        #expect(try fault { $0.policies[1] = $0.policies[0] } == .bad(.manifest, key: 7))
        #expect(try fault { $0.policies[0] = .init(offset: 0, signature: [1]) } == .bad(.manifest, key: 7))
        #expect(
            try fault { manifest in
                manifest.policies = (0...64).map { .init(offset: $0, signature: good.policies[0].signature) }
            }
                == .bad(.manifest, key: 7))
    }

    @Test func `a field that nobody knows, a missing one and another format are refused`() throws {
        guard case .map(let fields) = try CBOR(decoding: try sampleManifest().encoded()) else {
            Issue.record("a manifest is a map")
            return
        }
        func fault(_ change: (inout [CBOR: CBOR]) -> Void) -> EvidenceError? {
            var fields = fields
            change(&fields)
            let bytes = CBOR.map(fields).encoded()
            do throws(EvidenceError) { _ = try ReleaseManifest(decoding: bytes) } catch { return error }
            return nil
        }
        #expect(fault { _ in } == nil)
        for key in UInt64(1)...7 {
            #expect(fault { $0[.unsigned(key)] = nil } == .missing(.manifest, key: key))
            #expect(fault { $0[.unsigned(key)] = .bool(true) } == .bad(.manifest, key: key))
        }
        #expect(fault { $0[.unsigned(8)] = .unsigned(1) } == .bad(.manifest, key: 8))
        #expect(fault { $0[.text("x")] = .unsigned(1) } == .bad(.manifest, key: 0))
        #expect(fault { $0[.unsigned(0)] = .unsigned(2) } == .unknownFormat(.manifest))
        #expect(fault { $0[.unsigned(0)] = nil } == .unknownFormat(.manifest))
    }

    @Test func `an offset is part of the policy, by its reference and by the counter's limit`() throws {
        let manifest = try sampleManifest()
        #expect(ReleaseManifest.policyReference(0) == [])
        #expect(ReleaseManifest.policyReference(0x0102) == [0, 0, 0, 0, 0, 0, 1, 2])
        let name = PolicyDigest.counterName(sha256: sha256)
        let none = manifest.approvedPolicy(offset: 0, sha256: sha256, counterName: name)
        var later = manifest
        later.generation = 10
        #expect(none != manifest.approvedPolicy(offset: 7, sha256: sha256, counterName: name))
        #expect(
            later.approvedPolicy(offset: 0, sha256: sha256, counterName: name)
                == manifest.approvedPolicy(offset: 7, sha256: sha256, counterName: name))
        #expect(manifest.policyMessage(offset: 7, sha256: sha256) != later.policyMessage(offset: 0, sha256: sha256))
        // Too large for any counter: no trap, and no policy of a small one.
        #expect(manifest.approvedPolicy(offset: .max, sha256: sha256, counterName: name) != none)
    }
}

@Suite struct `An event log` {
    @Test func `what was put in comes out, up to its limits`() throws {
        let name = String(repeating: "n", count: EvidenceLimits.nameBytes)
        let events = [Measurement](repeating: try measurement(14, name), count: EvidenceLimits.events)
        let log = try #require(EventLog(events: events))
        #expect(log.encoded().count <= EvidenceLimits.eventLogBytes)
        #expect(try EventLog(decoding: log.encoded()) == log)
        #expect(EventLog(events: events + events) == nil)
        let empty = try #require(EventLog(events: []))
        #expect(try EventLog(decoding: empty.encoded()) == empty)
    }

    @Test(arguments: [-1, 24, 1 << 40])
    func `registers that no TPM has are refused`(register: Int) {
        #expect(Measurement(register: register, name: "x", digest: [UInt8](repeating: 0, count: 32)) == nil)
    }

    @Test(arguments: ["", "a\u{1b}[2J", "a\nb", "\u{202e}x", String(repeating: "n", count: 129)])
    func `names that would harm a screen or a log are refused`(name: String) {
        #expect(Measurement(register: 14, name: name, digest: [UInt8](repeating: 0, count: 32)) == nil)
        let bytes = CBOR.fields([
            0: .unsigned(1),
            1: .array([.array([.unsigned(14), .text(name), .bytes([UInt8](repeating: 0, count: 32))])]),
        ]).encoded()
        #expect(throws: EvidenceError.bad(.eventLog, key: 1)) { try EventLog(decoding: bytes) }
    }

    @Test func `registers are extended in order, each by its own events`() throws {
        let (a, b, c) = (try measurement(14, "a", 1), try measurement(11, "b", 2), try measurement(14, "c", 3))
        let log = try #require(EventLog(events: [a, b, c]))
        let zero = [UInt8](repeating: 0, count: 32)
        let values = log.values(of: [11, 13, 14], sha256: sha256)
        #expect(values == [sha256(zero + b.digest), zero, sha256(sha256(zero + a.digest) + c.digest)])
        #expect(log.values(of: [], sha256: sha256).isEmpty)
    }
}
