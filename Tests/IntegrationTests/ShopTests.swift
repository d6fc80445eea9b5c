import LinuxBase
import Measurements
import Pictures
import Rig
import Testing
import Wire

/// A shop in a web page: a real Chromium, with its own sandbox, in a cell on the server.
@Suite(.serialized) struct ShopTests {
    private func start(_ account: [String: String] = [:]) throws -> Rig {
        var options = Rig.Options()
        options.applications = ["shop"]
        options.accountOptions = account
        let rig = try Rig(options)
        try rig.storePINKey()
        try rig.startTerminal()
        try rig.event("link_up")
        return rig
    }

    /// Waits for the page, and for a picture that stands still.
    private func open(_ rig: Rig) throws -> (launch: RunningLaunch, picture: Picture) {
        let mark = try rig.mark()
        let launch = try rig.launch("shop")
        try rig.event("shown", from: mark, timeout: .seconds(40))
        return (launch, try rig.settledPicture(quiet: .milliseconds(700), timeout: .seconds(20)))
    }

    @Test func `what is in the basket is paid, and the bank takes just that`() throws {
        let rig = try start()
        let (launch, empty) = try open(rig)
        // Two croissants and a cappuccino.
        try rig.type("4", "4", "2")
        let full = try rig.settledPicture(quiet: .milliseconds(500))
        try rig.type("ok")
        let till = try rig.settledPicture(quiet: .milliseconds(500))
        let changes = [empty == full, full == till]
        #expect(changes == [false, false])
        try rig.type("ok")
        let end = try launch.wait(timeout: .seconds(30))
        #expect(end.status == 0, "\(end.output) \(rig.logs())")
        let entries = try #require(try rig.issuer?.ledger().entries)
        #expect(entries.map(\.amount) == [2 * 190 + 340])
        #expect(entries.allSatisfy { $0.isTaken && $0.invoice.hasPrefix("S-") })
        try wait(for: "the browser to follow its session", timeout: .seconds(5)) { try rig.cells().isEmpty }
    }

    @Test func `a PIN is typed for the page, and never into it`() throws {
        let rig = try start(["pin": "7319", "pin-above": "0.00"])
        let (launch, _) = try open(rig)
        try rig.type("6", "ok")
        _ = try rig.settledPicture(quiet: .milliseconds(500))
        let mark = try rig.mark()
        try rig.type("ok")
        try rig.event("pin", from: mark, timeout: .seconds(10))
        _ = try rig.settledPicture(quiet: .milliseconds(500))
        try rig.type("7", "3", "1", "9", "ok")
        let end = try launch.wait(timeout: .seconds(30))
        #expect(end.status == 0, "\(end.output) \(rig.logs())")
    }

    @Test func `who leaves the shop has bought nothing`() throws {
        let rig = try start()
        let (launch, _) = try open(rig)
        try rig.type("1", "cancel", "cancel")
        #expect(try launch.wait(timeout: .seconds(20)).status != 0)
        #expect(try rig.issuer?.ledger().entries.isEmpty == true)
    }

    @Test func `pages have even less than their cell: Chromium's own sandbox is on`() throws {
        let rig = try start()
        let (launch, _) = try open(rig)
        let server = try #require(rig.serverProcess)
        let all = try Rig.descendants(of: server)
        let browser = try #require(all.first { isChromium($0, type: nil) })
        let renderers = all.filter { isChromium($0, type: "renderer") }
        #expect(!renderers.isEmpty)
        for renderer in renderers {
            for space in ["user", "pid", "net"] {
                let (inner, outer) = (
                    Files.linkTarget("/proc/\(renderer)/ns/\(space)"), Files.linkTarget("/proc/\(browser)/ns/\(space)")
                )
                #expect(inner != nil && inner != outer, "\(space)")
            }
            #expect(try names(inRootOf: renderer).isEmpty, "its root has files")
            let (own, cell) = (try filters(renderer), try filters(browser))
            #expect(own > cell, "\(own) filters of system calls, and the browser has \(cell)")
        }
        try rig.type("cancel")
        _ = try launch.wait(timeout: .seconds(20))
    }

    @Test func `records are read on the terminal, and none of them is on it`() throws {
        var options = Rig.Options()
        options.applications = ["records"]
        let rig = try Rig(options)
        let name = "Amélie Fournier-\(try Random.bytes(4).map { "\($0)" }.joined())"
        let records = """
            [{"name":"\(name)","born":"1958","visits":[["4 Nov 2026","Blood pressure 138/84"]]},{"name":"Jonas Berg"}]
            """
        try run(
            "vitrinectl", ["user", "set", Rig.userName, "--state", rig.state, "--data", "records=\(records)"],
            in: rig.folder)
        try rig.startTerminal()
        try rig.event("link_up")
        let mark = try rig.mark()
        let launch = try rig.launch("records")
        try rig.event("shown", from: mark, timeout: .seconds(40))
        let first = try rig.settledPicture(quiet: .milliseconds(700), timeout: .seconds(20))
        try rig.type("2")
        let second = try rig.settledPicture(quiet: .milliseconds(500))
        try rig.type("1")
        let again = try rig.settledPicture(quiet: .milliseconds(500))
        let comparison = [first == second, PictureComparison.psnr(first, again) > 35]
        #expect(comparison == [false, true])
        // Searched while it is on the screen.
        let terminal = try #require(rig.terminalProcess)
        let needle = Array(name.utf8)
        #expect(try Search.occurrences(of: needle, inMemoryOf: terminal) == 0)
        // The control: the server has it.
        #expect(try Search.occurrences(of: needle, inMemoryOf: try #require(rig.serverProcess)) > 0)
        for file in [rig.terminalLog, rig.timelineFile, rig.serverLog] {
            #expect(!Search.contains(try Files.read(file, limit: 16 << 20), needle), "\(file)")
        }
        try rig.type("cancel")
        _ = try launch.wait(timeout: .seconds(20))
    }

    @Test func `a nosy page gets at nothing but its own site`() throws {
        var options = Rig.Options()
        options.fixtures = ["nosy"]
        let rig = try Rig(options)
        try rig.startTerminal()
        try rig.event("link_up")
        let launch = try rig.launch("nosy")
        let end = try launch.wait(timeout: .seconds(60))
        #expect(end.status == 1 && end.output.contains("got: own."), "\(end.output)")
    }

    /// Chromium's root for them is a folder in /proc of a process that has ended, which cannot even be opened (ESRCH).
    private func names(inRootOf process: Int32) throws -> [String] {
        do throws(SystemCallError) { return try Files.names(in: "/proc/\(process)/root") } catch {
            guard error.code == 3 else { throw error }
            return []
        }
    }

    @Test func `a page that eats memory ends its session, and nobody else's`() throws {
        var options = Rig.Options()
        options.fixtures = ["hungry"]
        let rig = try Rig(options)
        try rig.startTerminal()
        try rig.event("link_up")
        let end = try rig.launch("hungry").wait(timeout: .seconds(90))
        #expect(end.status != 0 && end.output.contains("failed"), "\(end.output)")
        try wait(for: "the browser to follow its page", timeout: .seconds(5)) { try rig.cells().isEmpty }
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("shown", from: mark)
        try rig.type("4", "7", "1", "1", "ok")
        #expect(try launch.wait().status == 0)
    }

    /// `type` nil: the browser's first process.
    private func isChromium(_ process: Int32, type: String?) -> Bool {
        guard let bytes = try? Files.read("/proc/\(process)/cmdline", limit: 1 << 20) else { return false }
        let words = bytes.split(whereSeparator: { $0 == 0 || $0 == 0x20 }).map { String(decoding: $0, as: UTF8.self) }
        guard words.first?.hasPrefix("/usr/lib/chromium") == true || words.first == "chromium" else { return false }
        let types = words.compactMap { $0.hasPrefix("--type=") ? String($0.dropFirst(7)) : nil }
        return type == nil ? types.isEmpty && !words.contains { $0.contains("crashpad") } : types.contains(type ?? "")
    }

    private func filters(_ process: Int32) throws -> Int {
        let text = String(decoding: try Files.read("/proc/\(process)/status", limit: 65536), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("Seccomp_filters:") })
        return try #require(Int(line.dropFirst(16).filter(\.isNumber)))
    }
}
