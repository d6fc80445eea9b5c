import Glibc
import LinuxBase
import Rig
import Secrets
import TPM
import Testing

@Suite(.serialized) struct KeysTests {
    @Test func `provisioning twice keeps the key, and so does a reboot`() throws {
        var bench = try Bench()
        let first = try bench.openProvisioned().clientPublicKey()
        #expect(first.x.count == 32 && first.y.count == 32)
        #expect(try bench.openProvisioned().clientPublicKey() == first)
        try bench.tpm.restart()
        #expect(try TPMDevice(tcti: bench.tpm.tcti).clientPublicKey() == first)
    }

    @Test func `two TPMs have two keys`() throws {
        let one = try Bench()
        let other = try Bench()
        #expect(try one.openProvisioned().clientPublicKey() != other.openProvisioned().clientPublicKey())
    }

    @Test func `openssl verifies a signature under the public key, and no other digest's`() throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let point = try device.clientPublicKey()
        let digest = try Random.bytes(32)
        let signature = try device.sign(digest: digest)
        let key = try bench.write("key.der", publicKeyInfo(point))
        let proof = try bench.write("signature.der", der(signature))
        for (value, code) in [(digest, Int32(0)), (try Random.bytes(32), 1)] {
            let arguments = [
                "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key, "-sigfile", proof, "-in",
                try bench.write("digest", value),
            ]
            try run(try Programs.tool("openssl"), arguments, in: bench.folder.path, expecting: code)
        }
    }

    @Test func `the signing key was born in the TPM, cannot leave it and cannot lock it`() throws {
        let bench = try Bench()
        do { _ = try bench.openProvisioned() }
        let text = try bench.tool("tpm2_readpublic", ["-c", "0x81000010"])
        #expect(text.contains("value: fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign\n"))
        let attestation = try bench.tool("tpm2_readpublic", ["-c", "0x81000011"])
        #expect(
            attestation.contains("value: fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign\n"))
        let parent = try bench.tool("tpm2_readpublic", ["-c", "0x81000001"])
        #expect(
            parent.contains("value: fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt\n"))
    }

    @Test func `an unprovisioned TPM says so`() throws {
        let bench = try Bench()
        let device = try TPMDevice(tcti: bench.tpm.tcti)
        #expect(device.isSoftware)
        #expect(throws: TPMError.missingKey(handle: 0x8100_0010)) { try device.clientPublicKey() }
        #expect(throws: TPMError.missingKey(handle: 0x8100_0010)) {
            try device.sign(digest: Array(repeating: 1, count: 32))
        }
        #expect(throws: TPMError.missingKey(handle: 0x8100_0001)) {
            _ = try device.seal(
                SecretBytes(copying: [1, 2, 3]), authority: P256PublicPoint(x: [], y: []), reference: [])
        }
        #expect(throws: TPMError.missingCounter(handle: 0x0180_0020)) { try device.generation() }
        #expect(throws: TPMError.missingKey(handle: 0x8100_0011)) { try device.attestationArea() }
        #expect(throws: TPMError.noEndorsementCertificate) { try device.endorsement() }
    }

    @Test func `a key of somebody else at our handle is refused`() throws {
        let bench = try Bench()
        try bench.tool("tpm2_createprimary", ["-C", "o", "-G", "ecc", "-c", "\(bench.folder.path)/other.ctx", "-Q"])
        try bench.tool("tpm2_evictcontrol", ["-C", "o", "-c", "\(bench.folder.path)/other.ctx", "0x81000010", "-Q"])
        let device = try TPMDevice(tcti: bench.tpm.tcti)
        #expect {
            try device.provision()
        } throws: {
            guard case .unfitKey(handle: 0x8100_0010, _)? = $0 as? TPMError else { return false }
            return true
        }
    }

    @Test func `a digest of another length is refused before it reaches the TPM`() throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        for count in [0, 20, 31, 33, 48] {
            #expect(throws: TPMError.badLength(call: "Sign", count: count)) {
                try device.sign(digest: Array(repeating: 0, count: count))
            }
        }
    }

    @Test(arguments: ["swtpm:path=/nonexistent/swtpm.sock", "device:/dev/null/tpm", "nonsense:", ""])
    func `a TPM that is not there is named`(tcti: String) {
        #expect {
            _ = try TPMDevice(tcti: tcti)
        } throws: {
            guard case .transport(let call, _, _)? = $0 as? TPMError else { return false }
            return call.hasSuffix(tcti)
        }
    }

    @Test func `threads wait for each other`() async throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let signatures = try await withThrowingTaskGroup(of: ECDSASignature.self) { group in
            for number in 0..<16 {
                group.addTask { try device.sign(digest: Array(repeating: UInt8(number), count: 32)) }
            }
            return try await group.reduce(into: Set<ECDSASignature>()) { $0.insert($1) }
        }
        #expect(signatures.count == 16)
    }
}
