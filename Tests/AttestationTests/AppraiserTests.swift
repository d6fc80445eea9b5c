internal import Admission
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase
internal import Rig
internal import Testing
internal import Wire

extension AttestationTests {
    @Suite struct `The appraiser` {
        @Test func `a terminal is let in once it has shown its secret, and then without it`() throws {
            let state = try State()
            let subject = try Subject(1)
            let secret = try state.enrol(subject, "t1").secret
            #expect(state.denial { try state.attest(subject, "t1") } == .notActivated)
            #expect(
                state.denial { try state.attest(subject, "t1", activation: secret.reversed()) } == .wrongActivation)
            for _ in 0..<2 {
                let appraisal = try state.attest(subject, "t1", activation: secret)
                #expect(appraisal.verdict == .passed && appraisal.release == "1.2" && appraisal.interval == 300)
            }
            #expect(try state.directory.terminal(named: "t1")?.identity?.activated == state.now)
            try state.attest(subject, "t1")
            #expect(try state.directory.terminal(named: "t1")?.identity?.activation == nil)
            #expect(
                state.denial { try state.attest(subject, "t1", activation: secret) } == .activationUsedTwice)
            try state.attest(subject, "t1")
            let verdicts = try state.directory.attestations(terminal: "t1", limit: 10).map(\.verdict)
            #expect(verdicts == [.passed, .refused, .passed, .passed, .passed, .refused, .refused])
        }

        @Test func `a reboot and a power cut are no reason to refuse`() throws {
            let state = try State()
            let subject = try Subject(1)
            let secret = try state.enrol(subject, "t1").secret
            let first = try state.attest(subject, "t1", activation: secret)
            #expect(try state.attest(subject, "t1", first: first.clock).verdict == .passed)
            try subject.restart()
            #expect(state.denial { try state.attest(subject, "t1", first: first.clock) } == .resetWithinConnection)
            #expect(try state.attest(subject, "t1").verdict == .passed)
            for _ in 0..<3 {
                try subject.restart(orderly: false)
                #expect(try state.attest(subject, "t1").verdict == .passed)
            }
        }

        @Test func `a TPM whose state was put back is found out`() throws {
            let state = try State()
            let subject = try Subject(1)
            let secret = try state.enrol(subject, "t1").secret
            try state.attest(subject, "t1", activation: secret)
            subject.release()
            try subject.tpm.stop()
            let kept = try Self.contents(of: subject.folder.path + "/tpm/state")
            // The control: the same restarts without the old state in between pass.
            for _ in 0..<2 {
                try subject.restart()
                try state.attest(subject, "t1")
            }
            subject.release()
            try subject.tpm.stop()
            for (name, bytes) in kept { try Files.replace("\(subject.folder.path)/tpm/state/\(name)", with: bytes) }
            try subject.restart()
            #expect(state.denial { try state.attest(subject, "t1") } == .resetsWentBack)
        }

        private static func contents(of folder: String) throws -> [String: [UInt8]] {
            try Files.names(in: folder).reduce(into: [:]) { $0[$1] = try Files.read("\(folder)/\($1)", limit: 1 << 20) }
        }

        @Test func `a changed program is named, and the terminal is told little`() throws {
            let state = try State()
            var programs = Subject.programs
            programs[0] = Subject.measurement(14, "vitrine-terminal", "tampered")
            let subject = try Subject(1, measured: Subject.boot + programs)
            let secret = try state.enrol(subject, "t1").secret
            let denial = state.denial {
                try state.attest(subject, "t1", activation: secret, log: Subject.boot + programs)
            }
            #expect(denial?.description == "vitrine-terminal differs from release 1.2")
            #expect(denial?.refusal == Refusal(code: .notAttested, reason: "software not known"))
            let record = try #require(try state.directory.attestations(terminal: "t1", limit: 1).first)
            #expect(record.verdict == .refused && record.reason == denial?.description && record.clock != nil)
            // The log of what should have been measured does not help.
            #expect(state.denial { try state.attest(subject, "t1", activation: secret) } == .logDiffers)
            try state.add(state.maker.manifest("1.2-tampered", Subject.boot + programs))
            #expect(
                try state.attest(subject, "t1", activation: secret, log: Subject.boot + programs).release
                    == "1.2-tampered")
        }

        @Test func `a release counts while its maker is trusted and it is not retired`() throws {
            let state = try State()
            let subject = try Subject(1)
            let secret = try state.enrol(subject, "t1").secret
            func denied() -> AppraisalDenial? { state.denial { try state.attest(subject, "t1", activation: secret) } }
            #expect(denied() == nil)
            #expect(try state.directory.distrustReleaseKey(named: "maker"))
            #expect(denied() == .noReleases)
            try state.directory.trustReleaseKey(
                ReleaseKeyRecord(name: "other", point: Maker().point, added: state.now))
            #expect(denied() == .noReleases, "another maker's key does not do")
            try state.directory.trustReleaseKey(
                ReleaseKeyRecord(name: "maker", point: state.maker.point, added: state.now))
            #expect(denied() == nil)
            try state.directory.setGroup(GroupRecord(name: "default", minimum: 4))
            #expect(denied() == .belowMinimum(version: "1.2", generation: 3, minimum: 4))
            try state.directory.setGroup(GroupRecord(name: "default", minimum: 3))
            #expect(denied() == nil)
            #expect(try state.directory.retireRelease(version: "1.2", now: state.now))
            #expect(denied() == .retiredRelease(version: "1.2"))
        }

        @Test func `a group that reports lets in and notes, but not who is revoked`() throws {
            let state = try State()
            let subject = try Subject(1)
            try state.enrol(subject, "t1")
            #expect(state.denial { try state.attest(subject, "t1") } == .notActivated)
            try state.directory.setGroup(GroupRecord(name: "trial", attestation: .report, interval: 7))
            try state.directory.setGroup("trial", terminal: "t1")
            let appraisal = try state.attest(subject, "t1")
            #expect(appraisal.verdict == .reported && appraisal.interval == 7)
            #expect(appraisal.reason == AppraisalDenial.notActivated.description)
            #expect(try state.directory.terminal(named: "t1")?.identity?.activated == nil)
            // Not even a statement: nothing is known of the TPM then.
            let nothing = AttestationEvidence(
                statement: [], signature: [], log: [], activation: nil, nonce: [], exporter: [])
            let other = try state.appraiser.appraise(nothing, of: "t1", first: nil, now: state.now)
            #expect(other.verdict == .reported && other.clock == nil && other.release == nil)
            #expect(try state.directory.attestations(terminal: "t1", limit: 1).first?.verdict == .reported)
            #expect(try state.directory.revokeTerminal("t1", now: state.now))
            let denial = state.denial { try state.attest(subject, "t1") }
            #expect(denial == .revoked && denial?.refusal.code == .unknownTerminal)
            #expect(state.denial { try state.attest(subject, "t9") } == .unknownTerminal)
        }

        @Test func `who is refused again and again does not wash away what the TPM told last`() throws {
            let state = try State()
            let subject = try Subject(1)
            let secret = try state.enrol(subject, "t1").secret
            try state.attest(subject, "t1", activation: secret)
            let last = try #require(try state.directory.lastClock(terminal: "t1"))
            for _ in 0..<(RecordLimits.attestations + 5) {
                try state.directory.record(
                    AttestationRecord(terminal: "t1", at: state.now, verdict: .refused, reason: "again"))
            }
            #expect(try state.directory.lastClock(terminal: "t1") == last)
            #expect(
                try state.directory.attestations(terminal: "t1", limit: 5000).count == RecordLimits.attestations + 1)
            try state.enrol(subject, "t1", replacing: true)
            #expect(try state.directory.lastClock(terminal: "t1") == nil, "a new enrolment begins anew")
        }

        @Test func `a manifest must be signed, for this purpose, by the key that it names, with all its policies`()
            throws
        {
            let (maker, other) = (Maker(), Maker())
            let manifest = try maker.manifest()
            let good = try maker.envelope(manifest)
            #expect(try ReleaseManifest(envelope: good, signedBy: [other.point, maker.point]) == manifest)
            func fault(_ bytes: [UInt8], _ keys: [[UInt8]]) -> ReleaseError? {
                do throws(ReleaseError) { _ = try ReleaseManifest(envelope: bytes, signedBy: keys) } catch {
                    return error
                }
                return nil
            }
            #expect(fault(good, []) == .untrusted)
            #expect(fault(good, [other.point]) == .untrusted)
            #expect(fault(good, [Array(maker.point.dropLast()), []]) == .untrusted)
            #expect(
                fault(try maker.envelope(manifest, context: SignedEnvelope.Context.table), [maker.point]) == .untrusted)
            #expect(fault(try other.envelope(manifest), [other.point]) == .otherAuthority)
            for index in good.indices {
                var altered = good
                altered[index] ^= 1
                #expect(fault(altered, [maker.point]) != nil, "byte \(index)")
            }
            var policies = manifest
            policies.policies[1] = .init(offset: 8, signature: manifest.policies[1].signature)
            #expect(fault(try maker.envelope(policies), [maker.point]) == .badPolicy(offset: 8))
            var later = manifest
            later.generation += 1
            #expect(fault(try maker.envelope(later), [maker.point]) == .badPolicy(offset: 0))
        }
    }
}
