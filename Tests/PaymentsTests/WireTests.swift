import Glibc
import LinuxBase
import Payments
import Rig
import Testing

/// What really passes between gateway and issuer, read by somebody else's library.
@Suite(.serialized) final class WireTests {
    /// A Python that has pyiso8583.
    static let python: String? = ["/usr/bin/python3", "/usr/local/bin/python3"].first { path in
        guard Files.exists(path), let folder = try? TemporaryFolder() else { return false }
        return (try? WireTests.python(path, ["-c", "import iso8583"], folder.path))?.status == 0
    }

    private static func python(
        _ path: String, _ arguments: [String], _ folder: String
    ) throws -> (status: Int32, output: String) {
        let log = folder + "/python.out"
        let output = try Files.open(log, flags: O_WRONLY | O_CREAT | O_TRUNC)
        let nothing = try Files.openNothing()
        var child = try ChildProcess(
            path, arguments: [path] + arguments, environment: Process.environment,
            descriptors: [(nothing.raw, 0), (output.raw, 1), (output.raw, 2)], diesWithParent: false)
        guard case .exited(let status)? = try child.wait(timeout: .seconds(30)) else { return (-1, "") }
        return (status, String(decoding: try Files.read(log, limit: 1 << 20), as: UTF8.self))
    }

    @Test func `a machine that must read messages with another library can`() {
        guard Process.environment.contains("VITRINE_ISO8583=required") else { return }
        #expect(Self.python != nil)
    }

    @Test(.enabled(if: python != nil, "no python3 with pyiso8583 here"))
    func `an independent library reads every message, and writes the same bytes`() async throws {
        let python = try #require(Self.python)
        let folder = try TemporaryFolder()
        let line = try Line(capture: folder.path + "/line") { $0.echo = .milliseconds(100) }
        let shop = line.shop
        try shop.issuer.addAccount(
            Shop.careful, ["expiry": "4912", "balance": "500", "pin": "4711", "pin-above": "0", "code-above": "10"])
        let terminal = try PINTerminal(shop.issuer)
        let paid = try await shop.pay(2490)
        #expect(paid.isApproved)
        let asked = try await shop.pay(
            2490, Shop.careful, pin: terminal.block("4711", for: Shop.careful))
        #expect(asked.code == "1A code")
        _ = try await shop.pay(2490, Shop.careful, pin: terminal.block("4711", for: Shop.careful), proof: "123456")
        // An echo.
        try await Task.sleep(for: .milliseconds(300))
        await shop.stop()
        // One that is left open, and its reversal.
        let late = try Line(options: ["--answer-delay", "700"], capture: folder.path + "/late") {
            $0.answer = .milliseconds(200)
        }
        try await late.shop.connected()
        let lost = try await late.shop.pay(777)
        #expect(lost.code == "-")
        try await late.shop.settle()
        await late.shop.stop()

        let script = Files.parent(of: Files.parent(of: #filePath)) + "/Fixtures/ISO8583/read-stream.py"
        let files = ["line.up", "line.down", "late.up", "late.down"].map { folder.path + "/" + $0 }
        let result = try Self.python(python, [script] + files, folder.path)
        #expect(result.status == 0, "\(result.output)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.contains("0200 amount=000000002490 currency=EUR terminal='T-1000  ' merchant='Caf? Lumi?re'"))
        #expect(lines.contains { $0.hasPrefix("0200") && $0.hasSuffix("pin=56") })
        #expect(lines.contains { $0.hasPrefix("0200") && $0.hasSuffix("pin=56 proof=6") })
        for start in ["0800 001", "0800 301", "0810 00 001", "0810 00 301", "0210 00", "0210 1A CODE", "0430 00"] {
            #expect(lines.contains { $0.hasPrefix(start) }, "\(start) in \(lines)")
        }
        #expect(lines.contains { $0.hasPrefix("0420 original=0200000001") && $0.contains("acquirer=00000000010") })
    }
}
