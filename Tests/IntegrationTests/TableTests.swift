import LinuxBase
import Rig
import Testing

/// Correspondence tables on their way from the operator to the terminal's screen, and stored data on its way back.
@Suite(.serialized) struct TableTests {
    private func control(_ rig: Rig, _ words: String...) throws {
        try run("vitrinectl", words + ["--state", rig.state], in: rig.folder)
    }

    @Test func `a table that is pushed reaches the home screen, and is there after a restart`() throws {
        let rig = try Rig()
        try rig.startTerminal()
        try rig.event("link_up")
        let before = try rig.settledPicture()
        try control(
            rig, "right", "revoke", "--terminal", Rig.terminalName, "--user", Rig.userName, "--application",
            "calculator")
        let mark = try rig.mark()
        try control(rig, "table", "push", "--terminal", Rig.terminalName)
        try rig.event("table", from: mark) { $0["version"] == 2 }
        #expect(try rig.settledPicture() != before)
        try wait(for: "the server to know", log: { rig.logs() }) {
            try rig.text(of: rig.serverLog).contains("table installed")
        }
        #expect(try rig.launch("calculator").wait().status == 6, "no longer remote")
        try rig.stopTerminal()
        try rig.startTerminal()
        #expect(try rig.text(of: rig.terminalLog).contains("table=2"))
    }

    @Test func `a terminal that was off gets its table when it comes`() throws {
        let rig = try Rig()
        try control(rig, "table", "push", "--terminal", Rig.terminalName)
        try rig.startTerminal()
        try rig.event("table") { $0["version"] == 2 }
    }

    @Test func `an older table is refused, also by hand`() throws {
        let rig = try Rig()
        let old = try Files.read("\(rig.folder)/bundle.cbor", limit: 64 << 20)
        try rig.installTable()
        let path = "\(rig.folder)/old.cbor"
        try Files.replace(path, with: old)
        let refused = try run(
            "vitrine-provision",
            ["install", path, "--store", rig.store, "--tcti", rig.tcti, "--release", rig.release], in: rig.folder,
            expecting: 65)
        #expect(refused.output.contains("not newer"), "\(refused.output)")
    }

    @Test func `a launcher that the row does not name is refused`() throws {
        let rig = try Rig()
        try control(
            rig, "table", "edit", "--terminal", Rig.terminalName, "--application", "wallet", "--launchers", "user:4242")
        try control(rig, "table", "push", "--terminal", Rig.terminalName)
        try rig.startTerminal()
        try rig.event("table")
        let end = try rig.launch("wallet").wait()
        #expect(end.status != 0 && end.output.contains("not to be launched from here"), "\(end)")
    }

    @Test func `stored data goes to the application whose row names it, and to no other`() throws {
        var options = Rig.Options()
        options.fixtures = ["expects-account", "expects-nothing"]
        let rig = try Rig(options)
        try rig.store("4000001234567899", as: "account")
        try rig.store("Ada Lovelace", as: "identity")
        try control(
            rig, "table", "edit", "--terminal", Rig.terminalName, "--application", "expects-account", "--stored-data",
            "account")
        try control(rig, "table", "push", "--terminal", Rig.terminalName)
        try rig.startTerminal()
        try rig.event("table")
        for application in ["expects-account", "expects-nothing"] {
            let end = try rig.launch(application).wait(timeout: .seconds(15))
            // 0: approved; the fixtures end so only when the request is as they expect it.
            #expect(end.output.contains("ended"), "\(application): \(end) \(rig.logs())")
        }
    }
}
