import LinuxBase
import Rig
import Secrets
import TPM
import Testing

@Suite(.serialized) struct SealingTests {
    @Test func `what is sealed comes back, after a reboot too`() throws {
        var bench = try Bench()
        let secret = try Random.bytes(32)
        let blob: [UInt8]
        let policy: ReleasePolicy
        do {
            let device = try bench.openProvisioned()
            let maker = try Maker(device)
            policy = try maker.policy()
            blob = try device.seal(SecretBytes(copying: secret), authority: maker.point, reference: [])
            #expect(array(try device.unseal(blob, under: policy)) == secret)
        }
        try bench.tpm.restart()
        #expect(array(try TPMDevice(tcti: bench.tpm.tcti).unseal(blob, under: policy)) == secret)
    }

    @Test(arguments: [1, 31, 128])
    func `a secret of a length within the TPM's limits is sealed`(count: Int) throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let maker = try Maker(device)
        let secret = try Random.bytes(count)
        let blob = try device.seal(SecretBytes(copying: secret), authority: maker.point, reference: [])
        #expect(array(try device.unseal(blob, under: try maker.policy())) == secret)
    }

    @Test(arguments: [0, 129])
    func `a secret of another length is refused`(count: Int) throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        #expect(throws: TPMError.badLength(call: "Create", count: count)) {
            _ = try device.seal(SecretBytes(count: count), authority: device.clientPublicKey(), reference: [])
        }
    }

    @Test func `another TPM does not open it, nor the same one after it was cleared`() throws {
        let bench = try Bench()
        let other = try Bench()
        let stranger = try other.openProvisioned()
        let maker = try Maker(stranger)
        let policy = try maker.policy()
        let blob = try bench.openProvisioned().seal(
            SecretBytes(copying: Array(repeating: 7, count: 32)), authority: maker.point, reference: [])
        #expect(throws: TPMError.otherTPM) { _ = try stranger.unseal(blob, under: policy) }
        try bench.tool("tpm2_clear", [])
        let cleared = try TPMDevice(tcti: bench.tpm.tcti)
        #expect(throws: TPMError.missingKey(handle: 0x8100_0001)) { _ = try cleared.unseal(blob, under: policy) }
        try cleared.provision()
        #expect(throws: TPMError.otherTPM) { _ = try cleared.unseal(blob, under: policy) }
        // Counters of a cleared TPM go on behind the highest that it ever had.
        #expect(try cleared.generation() > 1)
    }

    @Test func `a flipped bit in any byte of the blob is refused, and locks nothing`() throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let maker = try Maker(device)
        let policy = try maker.policy()
        let secret = try Random.bytes(32)
        let blob = try device.seal(SecretBytes(copying: secret), authority: maker.point, reference: [])
        for index in blob.indices {
            var altered = blob
            altered[index] ^= 1 << UInt8(index % 8)
            do throws(TPMError) {
                _ = try device.unseal(altered, under: policy)
                Issue.record("byte \(index) does not matter")
            } catch {
                #expect([.malformedBlob, .alteredBlob, .otherTPM].contains(error), "byte \(index): \(error)")
            }
        }
        for count in [0, 3, 4, 37, 38, 39, 60, blob.count - 1] {
            #expect(throws: TPMError.malformedBlob) { _ = try device.unseal(Array(blob.prefix(count)), under: policy) }
        }
        #expect(throws: TPMError.malformedBlob) { _ = try device.unseal(blob + [0], under: policy) }
        #expect(try device.lockout().failures == 0)
        #expect(array(try device.unseal(blob, under: policy)) == secret)
    }

    @Test func `what a killed process left in the TPM is freed`() throws {
        let bench = try Bench()
        let blob: [UInt8]
        let policy: ReleasePolicy
        do {
            let device = try bench.openProvisioned()
            let maker = try Maker(device)
            policy = try maker.policy()
            blob = try device.seal(SecretBytes(copying: [1, 2, 3]), authority: maker.point, reference: [])
        }
        // tpm2-tools leave their objects behind where there is no resource manager. Three fill a TPM.
        for number in 0..<3 {
            try bench.tool(
                "tpm2_createprimary", ["-C", "n", "-G", "ecc", "-c", "\(bench.folder.path)/\(number).ctx", "-Q"])
        }
        try bench.tool("tpm2_startauthsession", ["-S", "\(bench.folder.path)/saved.ctx"])
        #expect(try !bench.leftovers().isEmpty)
        do {
            let device = try TPMDevice(tcti: bench.tpm.tcti)
            #expect(array(try device.unseal(blob, under: policy)) == [1, 2, 3])
        }
        #expect(try bench.leftovers().isEmpty)
    }

    @Test func `many operations leave nothing in the TPM`() throws {
        let bench = try Bench()
        do {
            let device = try bench.openProvisioned()
            let maker = try Maker(device)
            let policy = try maker.policy()
            for number in 0..<12 {
                let blob = try device.seal(SecretBytes(copying: [9]), authority: maker.point, reference: [])
                _ = try device.unseal(blob, under: policy)
                _ = try device.sign(digest: Array(repeating: 1, count: 32))
                _ = try device.quote(registers: [11], qualifyingData: [1])
                _ = try device.certifyClientKey(qualifyingData: [2])
                #expect(try device.advanceStoreCounter() == UInt64(number) + 2)
            }
        }
        #expect(try bench.leftovers().isEmpty)
    }

    @Test func `pulled plugs do not lock the terminal out`() throws {
        var bench = try Bench()
        let blob: [UInt8]
        let policy: ReleasePolicy
        do {
            let device = try bench.openProvisioned()
            let maker = try Maker(device)
            policy = try maker.policy()
            blob = try device.seal(SecretBytes(copying: [5]), authority: maker.point, reference: [])
        }
        for _ in 0..<8 {
            let device = try TPMDevice(tcti: bench.tpm.tcti)
            _ = try device.unseal(blob, under: policy)
            // The plug is pulled while the device is open: no orderly shutdown reaches the TPM.
            try bench.tpm.stop(orderly: false)
            #expect(throws: TPMError.self) { try device.sign(digest: Array(repeating: 1, count: 32)) }
            _ = consume device
            try bench.tpm.restart()
        }
        let device = try TPMDevice(tcti: bench.tpm.tcti)
        #expect(array(try device.unseal(blob, under: policy)) == [5])
        #expect(try device.lockout().failures == 0)
    }
}
