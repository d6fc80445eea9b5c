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
        do {
            let device = try bench.openProvisioned()
            blob = try device.seal(SecretBytes(copying: secret))
            #expect(array(try device.unseal(blob)) == secret)
        }
        try bench.tpm.restart()
        #expect(array(try TPMDevice(tcti: bench.tpm.tcti).unseal(blob)) == secret)
    }

    @Test(arguments: [1, 31, 128])
    func `a secret of a length within the TPM's limits is sealed`(count: Int) throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let secret = try Random.bytes(count)
        #expect(array(try device.unseal(try device.seal(SecretBytes(copying: secret)))) == secret)
    }

    @Test(arguments: [0, 129])
    func `a secret of another length is refused`(count: Int) throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        #expect(throws: TPMError.badLength(call: "Create", count: count)) {
            _ = try device.seal(SecretBytes(count: count))
        }
    }

    @Test func `another TPM does not open it, nor the same one after it was cleared`() throws {
        let bench = try Bench()
        let other = try Bench()
        let blob = try bench.openProvisioned().seal(SecretBytes(copying: Array(repeating: 7, count: 32)))
        let stranger = try other.openProvisioned()
        #expect(throws: TPMError.otherTPM) { _ = try stranger.unseal(blob) }
        try bench.tool("tpm2_clear", [])
        let cleared = try TPMDevice(tcti: bench.tpm.tcti)
        #expect(throws: TPMError.missingKey(handle: 0x8100_0001)) { _ = try cleared.unseal(blob) }
        try cleared.provision()
        #expect(throws: TPMError.otherTPM) { _ = try cleared.unseal(blob) }
    }

    @Test func `a flipped bit in any byte of the blob is refused, and locks nothing`() throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let secret = try Random.bytes(32)
        let blob = try device.seal(SecretBytes(copying: secret))
        for index in blob.indices {
            var altered = blob
            altered[index] ^= 1 << UInt8(index % 8)
            #expect(throws: TPMError.self, "byte \(index)") { _ = try device.unseal(altered) }
        }
        for count in [0, 3, 4, 37, 38, 39, 60, blob.count - 1] {
            #expect(throws: TPMError.malformedBlob) { _ = try device.unseal(Array(blob.prefix(count))) }
        }
        #expect(throws: TPMError.malformedBlob) { _ = try device.unseal(blob + [0]) }
        #expect(array(try device.unseal(blob)) == secret)
    }

    @Test func `the secret never crosses the bus in clear`() throws {
        let bench = try Bench(logsBus: true)
        // The control: without a session it does, and this way of looking finds it.
        let visible = Array("A secret that anybody can read..".utf8)
        let context = bench.folder.path + "/primary.ctx"
        try bench.tool("tpm2_createprimary", ["-C", "o", "-G", "ecc", "-c", context, "-Q"])
        try bench.tool(
            "tpm2_create",
            [
                "-C", context, "-i", try bench.write("visible", visible), "-u", "\(bench.folder.path)/u", "-r",
                "\(bench.folder.path)/r", "-Q",
            ])
        let secret = try Random.bytes(32)
        do {
            let device = try bench.openProvisioned()
            #expect(array(try device.unseal(try device.seal(SecretBytes(copying: secret)))) == secret)
        }
        let bytes = try busBytes(bench.tpm.log)
        #expect(contains(bytes, visible))
        #expect(!contains(bytes, secret))
        #expect(!contains(bytes, Array(secret.prefix(8))))
    }

    @Test func `what a killed process left in the TPM is freed`() throws {
        let bench = try Bench()
        let blob = try bench.openProvisioned().seal(SecretBytes(copying: [1, 2, 3]))
        // tpm2-tools leave their objects behind where there is no resource manager. Three fill a TPM.
        for number in 0..<3 {
            try bench.tool(
                "tpm2_createprimary", ["-C", "n", "-G", "ecc", "-c", "\(bench.folder.path)/\(number).ctx", "-Q"])
        }
        try bench.tool("tpm2_startauthsession", ["-S", "\(bench.folder.path)/saved.ctx"])
        #expect(try !bench.tool("tpm2_getcap", ["handles-transient"]).isEmpty)
        #expect(try !bench.tool("tpm2_getcap", ["handles-saved-session"]).isEmpty)
        do {
            let device = try TPMDevice(tcti: bench.tpm.tcti)
            #expect(array(try device.unseal(blob)) == [1, 2, 3])
        }
        for kind in ["handles-transient", "handles-loaded-session", "handles-saved-session"] {
            #expect(try bench.tool("tpm2_getcap", [kind]).isEmpty, "\(kind)")
        }
    }

    @Test func `many operations leave nothing in the TPM`() throws {
        let bench = try Bench()
        do {
            let device = try bench.openProvisioned()
            for _ in 0..<12 {
                let blob = try device.seal(SecretBytes(copying: [9]))
                _ = try device.unseal(blob)
                _ = try device.sign(digest: Array(repeating: 1, count: 32))
            }
        }
        for kind in ["handles-transient", "handles-loaded-session", "handles-saved-session"] {
            #expect(try bench.tool("tpm2_getcap", [kind]).isEmpty, "\(kind)")
        }
    }

    @Test func `pulled plugs do not lock the terminal out`() throws {
        var bench = try Bench()
        let blob = try bench.openProvisioned().seal(SecretBytes(copying: [5]))
        for _ in 0..<8 {
            let device = try TPMDevice(tcti: bench.tpm.tcti)
            _ = try device.sign(digest: Array(repeating: 1, count: 32))
            // The plug is pulled while the device is open: no orderly shutdown reaches the TPM.
            try bench.tpm.stop(orderly: false)
            #expect(throws: TPMError.self) { try device.sign(digest: Array(repeating: 1, count: 32)) }
            _ = consume device
            try bench.tpm.restart()
        }
        let device = try TPMDevice(tcti: bench.tpm.tcti)
        #expect(array(try device.unseal(blob)) == [5])
        _ = try device.sign(digest: Array(repeating: 1, count: 32))
    }

    /// The bytes of all commands and answers in swtpm's log, in their order.
    private func busBytes(_ path: String) throws -> [UInt8] {
        let text = String(decoding: try Files.read(path, limit: 64 << 20), as: UTF8.self)
        return text.split(separator: "\n").flatMap { line in
            let words = line.split(separator: " ")
            guard words.allSatisfy({ $0.utf8.count == 2 }) else { return [UInt8]() }
            return words.compactMap { UInt8($0, radix: 16) }
        }
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0] == part[0] && bytes[$0...].starts(with: part) }
    }
}
