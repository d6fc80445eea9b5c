import LinuxBase
import Rig
import Testing

/// An application's whole way: from its author's folder to the terminal's screen.
@Suite(.serialized) struct ImageTests {
    @Test func `an image comes from a registry, is launched, takes keys, and a later version takes its place`() throws {
        let rig = try Rig()
        let registry = try Registry(in: rig.folder)
        let folder = rig.folder + "/hello"
        func control(_ words: String...) throws {
            try run("vitrinectl", words + ["--state", rig.state], in: rig.folder)
        }
        func publish(_ version: String) throws {
            let layout = "\(rig.folder)/layout-\(version)"
            try run(folder + "/image.sh", [layout, version], in: rig.folder)
            let place = "docker://\(registry.address)/hello:\(version)"
            try run(
                Programs.tool("skopeo"),
                [
                    "--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false",
                    "oci:\(layout):\(version)", place,
                ], in: rig.folder)
            try control("app", "sign", "--plain-http", place)
            try control("app", "import", "--plain-http", place)
        }
        try run("vitrinectl", ["app", "new", folder], in: rig.folder)
        try publish("0.1")
        try rig.grant("hello")
        try rig.installTable()
        try rig.startTerminal()
        try rig.event("link_up")
        let home = try rig.settledPicture()

        let start = try rig.mark()
        let first = try rig.launch("hello", invoice: rig.invoice(amount: "7.20"))
        try rig.event("shown", from: start)
        let shown = try rig.settledPicture()
        #expect(shown != home)
        try rig.type("4", "7")
        try wait(for: "the keys to show", log: { rig.logs() }) { try rig.settledPicture() != shown }
        try rig.type("ok")
        #expect(try first.wait().status == 0, "\(first.output)\n\(rig.logs())")

        let toml = folder + "/vitrine.toml"
        let text = String(decoding: try Files.read(toml, limit: 1 << 16), as: UTF8.self)
        try Files.replace(toml, with: Array(text.replacing("0.1", with: "0.2").utf8), mode: 0o644)
        let program = String(decoding: try Files.read(folder + "/main.py", limit: 1 << 16), as: UTF8.self)
        let changed = program.replacing("Hello, ", with: "Good morning, ")
        try Files.replace(folder + "/main.py", with: Array(changed.utf8), mode: 0o755)
        try publish("0.2")
        let mark = try rig.mark()
        let second = try rig.launch("hello", invoice: rig.invoice(amount: "7.20"))
        try rig.event("shown", from: mark)
        let later = try rig.settledPicture()
        #expect(later != shown)
        try rig.type("cancel")
        _ = try second.wait()

        // Back to the one before, without the registry.
        try control("app", "pin", "hello", "0.1")
        let again = try rig.mark()
        let third = try rig.launch("hello", invoice: rig.invoice(amount: "7.20"))
        try rig.event("shown", from: again)
        let back = try rig.settledPicture()
        #expect(back != later)
        try rig.type("cancel")
        _ = try third.wait()
    }
}
