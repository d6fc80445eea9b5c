import Evidence
import Rig
import Secrets
import TLS
import TPM
import Testing

@Suite(.serialized) struct LockoutTests {
    @Test func `a TPM that is locked out says for how long, and our own keys go on`() throws {
        let bench = try Bench(manufactured: 0)
        let blob: [UInt8]
        let policy: ReleasePolicy
        let made: (credential: [UInt8], secret: [UInt8])
        do {
            let device = try bench.openProvisioned()
            #expect(try !device.lockout().isLockedOut)
            #expect(try device.lockout().recovery == .zero)
            let maker = try Maker(device)
            policy = try maker.policy()
            blob = try device.seal(SecretBytes(copying: [1]), authority: maker.point, reference: [])
            let name = try #require(
                try PublicArea(decoding: try device.attestationArea()).name(sha256: Digest.sha256))
            made = try credential(Array(repeating: 3, count: 32), for: name, to: try device.endorsement(), in: bench)
        }
        // Somebody else's key, under dictionary attack protection, and wrong passwords for it.
        try bench.tool("tpm2_dictionarylockout", ["-s", "-n", "2", "-t", "100", "-l", "50"])
        let context = bench.folder.path + "/other.ctx"
        try bench.tool("tpm2_createprimary", ["-C", "o", "-G", "ecc", "-p", "right", "-c", context, "-Q"])
        try bench.tool("tpm2_flushcontext", ["-t"])
        for _ in 0..<3 {
            try bench.tool("tpm2_create", ["-C", context, "-P", "wrong", "-Q"], expecting: nil)
            try bench.tool("tpm2_flushcontext", ["-t"])
        }
        let device = try TPMDevice(tcti: bench.tpm.tcti)
        let state = try device.lockout()
        #expect(state.isLockedOut)
        #expect(state.failures == 2 && state.limit == 2)
        #expect(state.recovery == .seconds(100))
        // The maker's endorsement key is the only one in use here that the protection is for.
        let refusal = TPMError.lockedOut(call: "ActivateCredential", recoverySeconds: 100)
        #expect(refusal.description.contains("wait 100 s"))
        #expect(throws: refusal) { _ = try device.activate(credential: made.credential, secret: made.secret) }
        #expect(array(try device.unseal(blob, under: policy)) == [1])
        _ = try device.sign(digest: Array(repeating: 1, count: 32))
        _ = try device.quote(registers: [11], qualifyingData: [])
        #expect(try device.advanceStoreCounter() > 1)
    }
}
