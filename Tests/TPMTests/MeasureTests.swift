import Evidence
import LinuxBase
import Rig
import TLS
import TPM
import Testing

@Suite(.serialized) struct MeasureTests {
    @Test func `programs are measured into the log and the register`() throws {
        let bench = try Bench()
        let small = try bench.write("small", Array("a program".utf8))
        let large = try bench.write("large", try Random.bytes(700_001))
        let log = bench.folder.path + "/events"
        let arguments = ["--tcti", bench.tpm.tcti, "--log", log, "terminal=\(small)", "decoder=\(large)"]
        let output = try run("vitrine-measure", arguments, in: bench.folder.path).output
        #expect(output.contains("decoder"))

        let events = try EventLog(decoding: try Files.read(log, limit: 65536))
        #expect(events.events.map(\.name) == ["terminal", "decoder"])
        #expect(events.events.map(\.register) == [14, 14])
        #expect(events.events[1].digest == Digest.sha256(try Files.read(large, limit: 1 << 20)))
        let values = events.values(of: [14], sha256: Digest.sha256)
        do {
            let device = try TPMDevice(tcti: bench.tpm.tcti)
            #expect(try device.registerValues([14]) == values)
        }

        // Once in a boot.
        let again = try run("vitrine-measure", arguments, in: bench.folder.path, expecting: 73).output
        #expect(again.contains("measured in this boot already"))
        #expect(try TPMDevice(tcti: bench.tpm.tcti).registerValues([14]) == values)
    }

    @Test(
        arguments: [
            ([], 64), (["--register", "24", "a=/bin/true"], 64), (["/bin/true"], 64), (["=/bin/true"], 64),
            (["a=/nonexistent"], 66), (["a\u{1}b=/bin/true"], 64), (["--unknown", "a=/bin/true"], 64),
        ] as [([String], Int32)])
    func `wrong usage and missing files measure nothing`(words: [String], code: Int32) throws {
        let bench = try Bench()
        let log = bench.folder.path + "/events"
        try run(
            "vitrine-measure", ["--tcti", bench.tpm.tcti, "--log", log] + words, in: bench.folder.path, expecting: code)
        #expect(!Files.exists(log))
        let device = try TPMDevice(tcti: bench.tpm.tcti)
        #expect(try device.registerValues([14]) == [[UInt8](repeating: 0, count: 32)])
    }

    @Test func `a TPM that is not there leaves no log`() throws {
        let folder = try TemporaryFolder()
        let arguments = ["--tcti", "swtpm:path=/nonexistent", "--log", folder.path + "/events", "a=/bin/true"]
        try run("vitrine-measure", arguments, in: folder.path, expecting: 69)
        #expect(!Files.exists(folder.path + "/events"))
    }
}
