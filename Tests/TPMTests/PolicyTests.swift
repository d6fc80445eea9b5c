import Evidence
import LinuxBase
import Rig
import Secrets
import TPM
import Testing

/// A TPM in which something is sealed for a maker's releases, after a boot with some measurements.
final class SealedBench {
    let device: TPMDevice
    let maker: Maker
    let blob: [UInt8]
    let measured = [measurement(11, "kernel"), measurement(14, "terminal"), measurement(14, "decoder")]
    let bench: Bench
    static let secret: [UInt8] = Array("a key that should stay sealed...".utf8)

    init(reference: [UInt8] = []) throws {
        bench = try Bench()
        device = try bench.openProvisioned()
        maker = try Maker(device)
        blob = try device.seal(SecretBytes(copying: Self.secret), authority: maker.point, reference: reference)
        for event in measured { try device.extend(register: event.register, digest: event.digest) }
    }

    func opens(_ policy: ReleasePolicy) throws -> Bool { array(try device.unseal(blob, under: policy)) == Self.secret }

    func refusal(_ policy: ReleasePolicy) -> TPMError? {
        do throws(TPMError) {
            _ = try device.unseal(blob, under: policy)
            return nil
        } catch {
            return error
        }
    }
}

@Suite(.serialized) final class PolicyTests {
    @Test func `the release that is running opens the seal, quickly`() throws {
        let sealed = try SealedBench()
        let policy = try sealed.maker.policy(sealed.measured)
        let times = try (0..<20).map { _ in
            try ContinuousClock().measure { try #require(try sealed.opens(policy)) }
        }.sorted()
        print("unseal p50 \(times[10]), p95 \(times[18])")
        #expect(times[10] < .milliseconds(300), "a shared machine is granted much; a time-out in the TPM is not")
    }

    @Test func `other registers, a missing and an additional measurement do not open it`() throws {
        let sealed = try SealedBench()
        let events = sealed.measured
        for other in [
            [], Array(events.dropLast()), events + [measurement(14, "more")], [events[0], events[2], events[1]],
            [measurement(11, "other kernel"), events[1], events[2]],
        ] { #expect(sealed.refusal(try sealed.maker.policy(other)) == .registersDiffer) }
        // Signed for other registers than the maker's policy needs: the TPM holds the device to what is signed.
        let fewer = try sealed.maker.release(registers: [11], events)
        #expect(try sealed.opens(ReleasePolicy(fewer, offset: 0)))
        let widened = try sealed.maker.release(registers: [11, 14], events)
        var mixed = fewer
        mixed.policies = widened.policies
        #expect(sealed.refusal(ReleasePolicy(mixed, offset: 0)) == .unsignedPolicy)
        // What was measured meanwhile counts, too.
        try sealed.device.extend(register: 14, digest: Array(repeating: 1, count: 32))
        #expect(sealed.refusal(try sealed.maker.policy(events)) == .registersDiffer)
    }

    @Test func `a forged signature does not open it`() throws {
        let sealed = try SealedBench()
        let good = try sealed.maker.release(sealed.measured)
        for index in stride(from: 0, to: 64, by: 7) {
            var forged = good
            var signature = good.policies[0].signature
            signature[index] ^= 1 << UInt8(index % 8)
            forged.policies = [ReleaseManifest.Policy(offset: 0, signature: signature)]
            #expect(sealed.refusal(ReleasePolicy(forged, offset: 0)) == .unsignedPolicy, "byte \(index)")
        }
        var later = good
        later.generation = 2
        #expect(sealed.refusal(ReleasePolicy(later, offset: 0)) == .unsignedPolicy)
        #expect(try sealed.opens(ReleasePolicy(good, offset: 0)))
    }

    @Test func `another maker, another reference and another offset do not open it`() throws {
        let sealed = try SealedBench()
        let otherBench = try Bench()
        let other = try Maker(try otherBench.openProvisioned())
        #expect(sealed.refusal(try other.policy(sealed.measured)) == .otherPolicy)
        // The other's signature under our maker's name.
        let borrowed = try other.release(sealed.measured)
        #expect(
            sealed.refusal(ReleasePolicy(borrowed, offset: 0, authority: sealed.maker.point)) == .unsignedPolicy)
        #expect(sealed.refusal(try sealed.maker.policy(sealed.measured, offset: 7)) == .otherPolicy)
        let good = try sealed.maker.release(sealed.measured)
        #expect(sealed.refusal(ReleasePolicy(good, offset: 0, reference: [1])) == .unsignedPolicy)
        let elsewhere = P256PublicPoint(x: Array(repeating: 1, count: 32), y: Array(repeating: 2, count: 32))
        guard
            case .refused(call: "LoadExternal", _, _)? = sealed.refusal(
                ReleasePolicy(good, offset: 0, authority: elsewhere))
        else { return #expect(Bool(false), "a point beside the curve is no key") }
    }

    @Test func `an offset is compared with, and has a reference of its own`() throws {
        let sealed = try SealedBench(reference: ReleaseManifest.policyReference(41))
        try sealed.device.retire(upTo: 42)
        #expect(try sealed.opens(try sealed.maker.policy(generation: 1, sealed.measured, offset: 41)))
        #expect(sealed.refusal(try sealed.maker.policy(generation: 42, sealed.measured)) == .otherPolicy)
        try sealed.device.retire(upTo: 43)
        let old = try sealed.maker.policy(generation: 1, sealed.measured, offset: 41)
        #expect(sealed.refusal(old) == .retired(counter: 43, generation: 42))
    }

    @Test func `signed updates open the same blob, tampered and retired ones never do`() throws {
        let sealed = try SealedBench()
        var events = sealed.measured
        var counts = (updates: 0, tampered: 0, downgrades: 0)
        for generation in 2...UInt64(101) {
            // An update: other programs, and a policy for them.
            events.append(measurement(14, "update \(generation)"))
            let last = events[events.count - 1]
            try sealed.device.extend(register: 14, digest: last.digest)
            let release = try sealed.maker.release(generation: generation, events)
            if try sealed.opens(ReleasePolicy(release, offset: 0)) { counts.updates += 1 }

            var tampered = release
            tampered.policies = [ReleaseManifest.Policy(offset: 0, signature: try Random.bytes(64))]
            if sealed.refusal(ReleasePolicy(tampered, offset: 0)) != nil { counts.tampered += 1 }

            // The update is confirmed: even what the maker once signed for these very programs is history.
            let old = try sealed.maker.policy(generation: generation - 1, events)
            try sealed.device.retire(upTo: generation)
            if sealed.refusal(old) == .retired(counter: generation, generation: generation - 1) {
                counts.downgrades += 1
            }
        }
        #expect(counts == (100, 100, 100))
        #expect(try sealed.device.generation() == 101)
        #expect(try sealed.device.lockout().failures == 0)
    }

    @Test func `one changed bit in any measured part opens nothing, 100 of 100`() throws {
        let sealed = try SealedBench()
        // What is measured in this boot so far: registers go on, they are not set back.
        var history = sealed.measured
        var opened = (changed: 0, control: 0)
        for round in 0..<100 {
            let parts = [measurement(11, "kernel \(round)"), measurement(14, "terminal \(round)")]
            let expected = try sealed.maker.policy(history + parts)
            let position = (part: Int.random(in: 0..<2), byte: Int.random(in: 0..<32), bit: UInt8.random(in: 0..<8))
            for (index, part) in parts.enumerated() {
                var digest = part.digest
                if index == position.part { digest[position.byte] ^= 1 << position.bit }
                try sealed.device.extend(register: part.register, digest: digest)
                history.append(try #require(Measurement(register: part.register, name: part.name, digest: digest)))
            }
            if sealed.refusal(expected) != .registersDiffer { opened.changed += 1 }
            if try sealed.opens(try sealed.maker.policy(history)) { opened.control += 1 }
        }
        #expect(opened == (0, 100), "of what was changed, and of a release for what really runs")
    }

    @Test func `a generation goes forward only, and not by leaps`() throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        #expect(try device.generation() == 1)
        try device.retire(upTo: 3)
        try device.retire(upTo: 2)
        #expect(try device.generation() == 3)
        #expect(throws: TPMError.unreachableGeneration(counter: 3, generation: 5000)) { try device.retire(upTo: 5000) }
    }

    @Test func `a counter of another kind at our index is refused`() throws {
        let bench = try Bench()
        try bench.tool(
            "tpm2_nvdefine", ["0x01800020", "-C", "o", "-s", "8", "-a", "authread|authwrite|ownerread|no_da"])
        let device = try TPMDevice(tcti: bench.tpm.tcti)
        #expect {
            try device.provision()
        } throws: {
            guard case .otherCounter(handle: 0x0180_0020, _)? = $0 as? TPMError else { return false }
            return true
        }
    }

    @Test func `a counter that was defined and never written is begun`() throws {
        let bench = try Bench()
        try bench.tool(
            "tpm2_nvdefine",
            ["0x01800020", "-C", "o", "-s", "8", "-a", "authread|authwrite|ownerread|no_da|nt=counter"])
        #expect(try bench.openProvisioned().generation() == 1)
    }

    @Test func `refusals leave nothing in the TPM`() throws {
        let bench = try Bench()
        do {
            let device = try bench.openProvisioned()
            let maker = try Maker(device)
            let blob = try device.seal(SecretBytes(copying: [1]), authority: maker.point, reference: [])
            let good = try maker.release()
            var forged = good
            forged.policies = [ReleaseManifest.Policy(offset: 0, signature: Array(repeating: 7, count: 64))]
            try device.retire(upTo: 2)
            var altered = blob
            altered[blob.count - 1] ^= 1
            for _ in 0..<4 {
                for policy in [
                    ReleasePolicy(forged, offset: 0), ReleasePolicy(good, offset: 0),
                    try maker.policy([measurement(11, "x")]), try maker.policy(generation: 9, offset: 3),
                ] { #expect(throws: TPMError.self) { _ = try device.unseal(blob, under: policy) } }
                let fit = try maker.policy(generation: 2)
                #expect(throws: TPMError.alteredBlob) { _ = try device.unseal(altered, under: fit) }
                #expect(array(try device.unseal(blob, under: fit)) == [1])
                #expect(throws: TPMError.self) { _ = try device.activate(credential: [1], secret: [2]) }
                #expect(throws: TPMError.noRegister(24)) { _ = try device.quote(registers: [24], qualifyingData: []) }
                #expect(throws: TPMError.badLength(call: "Quote", count: 65)) {
                    _ = try device.quote(registers: [1], qualifyingData: Array(repeating: 0, count: 65))
                }
            }
        }
        #expect(try bench.leftovers().isEmpty)
    }
}
