internal import Admission
internal import Crypto
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase
internal import Rig
internal import Testing
internal import Wire

/// They share TPMs that take seconds to make, and keep a core busy: one at a time.
@Suite(.serialized) struct AttestationTests {}

extension AttestationTests {
    @Suite struct `A judgement` {
        @Test func `what is in order passes, and says which release it is`() throws {
            let scene = try Scene.shared.get()
            let judgement = Judgement(scene.evidence, by: scene.records)
            #expect(judgement.denial == nil && judgement.release == "1.2" && judgement.clock == scene.clock)
            #expect(judgement.activation == .past && judgement.notes.isEmpty)
        }

        @Test(arguments: JudgementCase.all)
        func `each thing that is wrong has its own reason`(row: JudgementCase) throws {
            let scene = try Scene.shared.get()
            #expect(Judgement(scene.evidence, by: scene.records).denial == nil, "the control passes")
            var (evidence, records) = (scene.evidence, scene.records)
            try row.change(scene, &evidence, &records)
            let judgement = Judgement(evidence, by: records)
            #expect(judgement.denial == row.expected)
            #expect(!row.expected.description.isEmpty && !row.expected.refusal.reason.isEmpty)
            #expect(row.expected.refusal.reason.utf8.count < 64, "what a terminal shows is short")
        }

        @Test func `one flipped bit anywhere in statement or signature does not pass`() throws {
            let scene = try Scene.shared.get()
            #expect(Judgement(scene.evidence, by: scene.records).denial == nil)
            for index in scene.evidence.statement.indices {
                for bit in [0, 7] {
                    var evidence = scene.evidence
                    evidence.statement[index] ^= 1 << UInt8(bit)
                    let denial = Judgement(evidence, by: scene.records).denial
                    #expect(denial != nil, "byte \(index), bit \(bit)")
                }
            }
            for index in scene.evidence.signature.indices {
                var evidence = scene.evidence
                evidence.signature[index] ^= 1
                #expect(Judgement(evidence, by: scene.records).denial == .badSignature)
            }
        }

        @Test func `every shorter statement and log does not pass`() throws {
            let scene = try Scene.shared.get()
            #expect(Judgement(scene.evidence, by: scene.records).denial == nil)
            for count in 0..<scene.evidence.statement.count {
                var evidence = scene.evidence
                evidence.statement = Array(evidence.statement.prefix(count))
                #expect(Judgement(evidence, by: scene.records).denial == .badStatement(.truncated(.statement)))
            }
            for count in 0..<scene.evidence.log.count {
                var evidence = scene.evidence
                evidence.log = Array(evidence.log.prefix(count))
                #expect(Judgement(evidence, by: scene.records).denial == .badLog(.notEncoded(.eventLog, .truncated)))
            }
        }

        @Test func `names in a log are the terminal's words and decide nothing`() throws {
            let scene = try Scene.shared.get()
            var evidence = scene.evidence
            let renamed = (Subject.boot + Subject.programs).compactMap {
                Measurement(register: $0.register, name: "other", digest: $0.digest)
            }
            evidence.log = try #require(EventLog(events: renamed)).encoded()
            #expect(Judgement(evidence, by: scene.records).denial == nil)
        }

        @Test func `a release that is welcome counts before one that is not, though they measure alike`() throws {
            let scene = try Scene.shared.get()
            var records = scene.records
            records.minimum = 4
            records.releases = [
                TrustedRelease(manifest: try scene.maker.manifest("9", generation: 9), isRetired: true),
                TrustedRelease(manifest: try scene.maker.manifest("4", generation: 4), isRetired: false),
                TrustedRelease(manifest: try scene.maker.manifest("3", generation: 3), isRetired: false),
            ]
            let judgement = Judgement(scene.evidence, by: records)
            #expect(judgement.denial == nil && judgement.release == "4")
        }

        @Test func `counts wrap round, time goes on, and a new firmware is noted`() throws {
            let scene = try Scene.shared.get()
            var records = scene.records
            records.last = scene.clock
            records.first = scene.clock
            #expect(Judgement(scene.evidence, by: records).denial == nil, "the same again")
            records.last?.resetCount &-= UInt32(Int32.max)
            records.last?.restartCount &+= 1
            records.last?.firmware ^= 1
            records.first = nil
            let judgement = Judgement(scene.evidence, by: records)
            #expect(judgement.denial == nil, "a reset, however the count stands, and restarts begin anew")
            #expect(judgement.notes == ["the TPM's firmware changed"])
        }

        @Test func `a clock that fell back with a loss of power is noted and passes`() throws {
            let scene = try Scene.shared.get()
            let quote = try QuoteStatement(decoding: scene.afterPowerCut.statement)
            #expect(!quote.isSafe && Int32(bitPattern: quote.resetCount &- scene.clock.resetCount) > 0)
            var records = scene.records
            records.last = scene.clock
            records.last?.clock = quote.clock + Judgement.clockInterval
            let judgement = Judgement(scene.afterPowerCut, by: records)
            #expect(judgement.denial == nil && judgement.notes.count == 1)
        }

        @Test func `the secret of the enrolment may be shown until the terminal comes without it`() throws {
            let scene = try Scene.shared.get()
            var (evidence, records) = (scene.evidence, scene.records)
            evidence.activation = Scene.secret
            for date in [nil, Date()] {
                records.terminal.identity?.activated = date
                let judgement = Judgement(evidence, by: records)
                #expect(judgement.denial == nil && judgement.activation == .shown)
            }
            evidence.activation = nil
            #expect(Judgement(evidence, by: records).activation == .past)
        }

        @Test func `a difference reads like a sentence, and a foreign name in it is quoted`() {
            let rows: [(ReleaseDifference, String)] = [
                (
                    .init(kind: .differs, name: "vitrine-terminal", version: "1.2"),
                    "vitrine-terminal differs from release 1.2"
                ),
                (.init(kind: .added, name: "\"x\"", version: "1.2"), "\"x\" is not part of release 1.2"),
                (.init(kind: .missing, name: "kernel", version: "1.2"), "kernel of release 1.2 was not measured"),
            ]
            for (difference, words) in rows { #expect(AppraisalDenial.unknownRelease(difference).description == words) }
        }
    }
}
