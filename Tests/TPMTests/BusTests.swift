import Evidence
import Glibc
import LinuxBase
import Rig
import Secrets
import TLS
import TPM
import Testing

@Suite(.serialized) struct BusTests {
    /// VITRINE_RUNS secrets; the long run takes 1000.
    static var runs: Int {
        unsafe getenv("VITRINE_RUNS").flatMap { unsafe Int(String(cString: $0)) } ?? 20
    }

    @Test func `the secret never crosses the bus in clear`() throws {
        let bench = try Bench(logsBus: true)
        // The control: with tools and no salt it does, and this way of looking finds it.
        let visible = Array("A secret that anybody can read..".utf8)
        try unsealVisibly(visible, on: bench)
        var secrets: [[UInt8]] = []
        do {
            let device = try bench.openProvisioned()
            let maker = try Maker(device)
            let policy = try maker.policy()
            for _ in 0..<Self.runs {
                let secret = try Random.bytes(32)
                let blob = try device.seal(SecretBytes(copying: secret), authority: maker.point, reference: [])
                #expect(array(try device.unseal(blob, under: policy)) == secret)
                secrets.append(secret)
            }
        }
        let bus = try TPMBus(log: bench.tpm.log)
        let control = bus.messages(with: [visible])
        #expect(control.commands > 0, "the tool's sealing")
        #expect(control.answers > 0, "the tool's unsealing")
        #expect(bus.messages(with: secrets) == (0, 0))
    }

    @Test func `an activated secret never crosses the bus in clear`() throws {
        let bench = try Bench(manufactured: 0, logsBus: true)
        let secret = try Random.bytes(32)
        do {
            let device = try bench.openProvisioned()
            let name = try #require(
                try PublicArea(decoding: try device.attestationArea()).name(sha256: Digest.sha256))
            let made = try credential(secret, for: name, to: try device.endorsement(), in: bench)
            #expect(array(try device.activate(credential: made.credential, secret: made.secret)) == secret)
        }
        #expect(try TPMBus(log: bench.tpm.log).messages(with: [secret]) == (0, 0))
    }

    private func unsealVisibly(_ secret: [UInt8], on bench: borrowing Bench) throws {
        let folder = bench.folder.path
        try bench.tool("tpm2_createprimary", ["-C", "o", "-G", "ecc", "-c", folder + "/primary", "-Q"])
        try bench.tool("tpm2_flushcontext", ["-t"])
        let input = try bench.write("visible", secret)
        try bench.tool(
            "tpm2_create", ["-C", folder + "/primary", "-i", input, "-u", folder + "/u", "-r", folder + "/r"])
        try bench.tool("tpm2_flushcontext", ["-t"])
        try bench.tool(
            "tpm2_load",
            ["-C", folder + "/primary", "-u", folder + "/u", "-r", folder + "/r", "-c", folder + "/object"])
        try bench.tool("tpm2_flushcontext", ["-t"])
        try bench.tool("tpm2_unseal", ["-c", folder + "/object", "-o", folder + "/out"])
        try bench.tool("tpm2_flushcontext", ["-t"])
    }
}
