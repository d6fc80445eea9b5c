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
        let bus = try Bus(log: bench.tpm.log)
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
        #expect(try Bus(log: bench.tpm.log).messages(with: [secret]) == (0, 0))
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

/// What swtpm's log says went over the bus.
struct Bus {
    private var commands: [[UInt8]] = []
    private var answers: [[UInt8]] = []

    /// Messages are lines of two-digit numbers, behind a line that tells the direction.
    init(log path: String) throws {
        var isCommand = false
        var message: [UInt8] = []
        var parts: (commands: [[UInt8]], answers: [[UInt8]]) = ([], [])
        func finish() {
            if isCommand { parts.commands.append(message) } else { parts.answers.append(message) }
            message = []
        }
        for line in try Files.read(path, limit: 256 << 20).split(separator: UInt8(ascii: "\n")) {
            if let bytes = Self.bytes(line) {
                message += bytes
            } else {
                finish()
                isCommand = line.starts(with: Array(" SWTPM_IO_Read".utf8))
            }
        }
        finish()
        (commands, answers) = parts
    }

    /// Messages in which any eight bytes in a row of any secret are seen.
    func messages(with secrets: [[UInt8]]) -> (commands: Int, answers: Int) {
        var windows: Set<UInt64> = []
        for secret in secrets { Self.eachWindow(of: secret) { windows.insert($0) } }
        func count(_ messages: [[UInt8]]) -> Int {
            messages.count { message in
                var found = false
                Self.eachWindow(of: message) { found = found || windows.contains($0) }
                return found
            }
        }
        return (count(commands), count(answers))
    }

    private static func eachWindow(of bytes: [UInt8], _ body: (UInt64) -> Void) {
        var window: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            window = window << 8 | UInt64(byte)
            if index >= 7 { body(window) }
        }
    }

    /// The bytes of a line like ` 80 01 00 00`; nil for any other.
    private static func bytes(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var digits: (value: UInt8, count: Int) = (0, 0)
        for character in line + [UInt8(ascii: " ")] {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits = (digits.value << 4 | (character - 48), digits.count + 1)
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                digits = (digits.value << 4 | (character - 55), digits.count + 1)
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                digits = (digits.value << 4 | (character - 87), digits.count + 1)
            case UInt8(ascii: " "), UInt8(ascii: "\r"):
                if digits.count == 2 { result.append(digits.value) } else if digits.count != 0 { return nil }
                digits = (0, 0)
            default: return nil
            }
            if digits.count > 2 { return nil }
        }
        return result.isEmpty ? nil : result
    }
}
