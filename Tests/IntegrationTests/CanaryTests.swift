import Evidence
import LinuxBase
import Measurements
import Rig

import Secrets
import TLS
import TPM
import Testing

/// A card number, a code and keys that are known here, looked for everywhere after a session that used them.
@Suite(.serialized) struct CanaryTests {
    /// Of the documentation range 4000 00, with a check digit, and this run's own.
    private static let account: String = {
        let digits = [4, 0, 0, 0, 0, 0] + (0..<9).map { _ in Int.random(in: 0...9) }
        let sum = digits.reversed().enumerated().reduce(0) { sum, next in
            let value = next.offset.isMultiple(of: 2) ? next.element * 2 : next.element
            return sum + (value > 9 ? value - 9 : value)
        }
        return digits.map(String.init).joined() + String((10 - sum % 10) % 10)
    }()
    /// Begins with a zero: no time and no counter of a log is written so.
    private static let code = "0739"

    /// How a number may be written: as text, packed in half bytes, as hexadecimal text of the text.
    private func forms(ofDigits digits: String) -> [[UInt8]] {
        let values = Array(digits.utf8)
        let nibbles = values.map { $0 - 48 }
        let packed = stride(from: 0, to: nibbles.count - 1, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
        return [values, packed, Array(hexadecimal(values).utf8)]
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func `card number, code and keys are in no log, swap, temporary file or packet capture`() throws {
        var options = Rig.Options()
        options.isCaptured = true
        options.code = Self.code
        options.fixtures = ["silent"]
        let began = Clock.secondsSince1970()
        let rig = try Rig(options)
        try store(rig)
        try rig.startTerminal()
        try rig.event("table")
        try pay(rig)
        // The stored number went into this request; the application never draws and is ended.
        #expect(try rig.launch("silent").wait().status != 0)
        let terminal = try #require(rig.terminalProcess)
        try checkMemory(of: terminal, rig)
        let key = try storeKey(rig)

        let secrets: [(name: String, forms: [[UInt8]])] = [
            ("card number", forms(ofDigits: Self.account)), ("store key", [key, Array(hexadecimal(key).utf8)]),
        ]
        for (name, forms) in secrets {
            for form in forms {
                #expect(try Search.files(in: rig.folder, holding: form) == [], "\(name)")
                for folder in ["/tmp", "/var/tmp", "/dev/shm", "/run"] where Files.exists(folder) {
                    #expect(try Search.files(in: folder, holding: form, depth: 2, since: began) == [], "\(name)")
                }
            }
        }
        // Four digits are found by chance in what is encrypted, and inside longer numbers: only a number of its own tells.
        let withCode = try Search.files(in: rig.folder, holding: Array(Self.code.utf8)).filter { path in
            guard [".log", ".jsonl", ".out", ".txt"].contains(where: path.hasSuffix) else { return false }
            return try rig.text(of: path).split { !$0.isNumber }.contains { $0 == Self.code }
        }
        #expect(withCode == [], "the code")
        try checkControls(rig)
    }

    /// The search finds what is there: the host's name in the handshake, the terminal's in the log.
    private func checkControls(_ rig: Rig) throws {
        let found = try Search.files(in: rig.folder, holding: Array("localhost".utf8))
        #expect(found.contains(rig.folder + "/capture.up"), "\(found)")
        #expect(try Search.files(in: rig.folder, holding: Array(Rig.terminalName.utf8)).contains(rig.terminalLog))
    }

    /// By now every copy on the way is overwritten, and what is there cannot go to a swap device.
    private func checkMemory(of terminal: Int32, _ rig: Rig) throws {
        for form in forms(ofDigits: Self.account) {
            #expect(try Search.occurrences(of: form, inMemoryOf: terminal) == 0, "the terminal's memory")
        }
        #expect(try Search.occurrences(of: Array(Rig.terminalName.utf8), inMemoryOf: terminal) > 0, "control")
        let status = String(decoding: try Files.read("/proc/\(terminal)/status", limit: 65536), as: UTF8.self)
        func kilobytes(_ name: String) throws -> Int {
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(name + ":") })
            return try #require(line.split(separator: "\t").last?.split(separator: " ").first.flatMap { Int($0) })
        }
        #expect(try kilobytes("VmSwap") == 0)
        // All of it is locked, or the operator is told, and at least the secrets' own pages are.
        let isWarned = try rig.text(of: rig.terminalLog).contains("memory is not locked")
        let least = try isWarned ? 1 : kilobytes("RssAnon")
        #expect(try kilobytes("VmLck") >= least, "\(status)")
    }

    private func store(_ rig: Rig) throws {
        try rig.store(Self.account, as: "account")
        for words in [
            ["table", "edit", "--application", "silent", "--stored-data", "account"], ["table", "push"],
        ] {
            try run(
                "vitrinectl", words + ["--terminal", Rig.terminalName, "--state", rig.state], in: rig.folder)
        }
    }

    private func pay(_ rig: Rig) throws {
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("shown", from: mark)
        try rig.type("0", "7", "3", "9", "ok")
        #expect(try launch.wait().status == 0)
        try rig.event("outcome_shown", from: mark)
    }

    /// As the trusted environment gets it: from the TPM, by this boot's registers and the release.
    private func storeKey(_ rig: Rig) throws -> [UInt8] {
        try rig.stopTerminal()
        let file = try Files.read("\(rig.store)/key", limit: 4096)
        // Four bytes of header, eight of offset, 64 of the authority's point; 32 of a sum at the end.
        let (point, blob) = (Array(file[12..<76]), Array(file[76..<file.count - 32]))
        let envelope = try SignedEnvelope(decoding: try Files.read(rig.release, limit: 65536), limit: 65536)
        let release = try ReleaseManifest(decoding: envelope.payload)
        let signature = try #require(release.policy(offset: 0)).signature
        let policy = ReleasePolicy(
            authority: P256PublicPoint(x: Array(point[..<32]), y: Array(point[32...])), registers: release.registers,
            values: release.registerValues(sha256: Digest.sha256), generation: release.generation,
            reference: ReleaseManifest.policyReference(0),
            approved: release.approvedPolicy(
                offset: 0, sha256: Digest.sha256, counterName: PolicyDigest.counterName(sha256: Digest.sha256)),
            signature: ECDSASignature(r: Array(signature.prefix(32)), s: Array(signature.dropFirst(32))),
            sha256: Digest.sha256)
        let secret = try TPMDevice(tcti: rig.tcti).unseal(blob, under: policy)
        let key = unsafe secret.withBytes { unsafe Array($0) }
        #expect(key.count == 32)
        return key
    }

    @Test func `nothing that crashes leaves a core dump`() throws {
        var options = Rig.Options()
        options.fixtures = ["silent"]
        let rig = try Rig(options)
        try rig.startTerminal()
        try rig.event("link_up")
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("shown", from: mark)
        let terminal = try #require(rig.terminalProcess)
        let server = try #require(rig.serverProcess)
        let cells = try rig.cells()
        #expect(!cells.isEmpty)
        let processes = [terminal, server] + (try Rig.children(of: terminal)) + cells
        for process in processes { try checkLimit(process) }
        try #require(try crashLeavesFile(rig.folder + "/control"), "control: a core dump of sleep(1)")
        let folders = (Files.linkTarget("/proc/\(terminal)/cwd").map { [$0] } ?? []) + [rig.folder]
        let before = try folders.flatMap(dumps)
        for process in [server, terminal] + processes { Rig.crash(process) }
        _ = try launch.wait()
        #expect(try folders.flatMap(dumps) == before)
    }

    private func dumps(in folder: String) throws -> [String] {
        try Files.names(in: folder).filter { $0.hasPrefix("core") && !Files.isFolder(folder + "/" + $0) }
    }

    private func checkLimit(_ process: Int32) throws {
        let limits = String(decoding: try Files.read("/proc/\(process)/limits", limit: 65536), as: UTF8.self)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(line.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"], "\(process): \(line)")
    }

    /// What crashes here without precautions leaves its memory in a file; true too where a program takes all of them.
    private func crashLeavesFile(_ folder: String) throws -> Bool {
        let pattern = String(
            decoding: try Files.read("/proc/sys/kernel/core_pattern", limit: 4096), as: UTF8.self)
        if pattern.hasPrefix("|") || pattern.hasPrefix("/") { return true }
        try Files.makeFolder(folder)
        try run(
            "/bin/sh", ["-c", "ulimit -c unlimited && cd \"$0\" && (sh -c 'kill -SEGV $$'); true", folder], in: folder)
        defer { try? Files.removeTree(folder) }
        return try !Files.names(in: folder).filter { $0.hasPrefix("core") }.isEmpty
    }
}
