// CellTests: real cells, by bubblewrap, with real programs inside; a real X server; and the RFB machines under hostile
// bytes. Everything that is started is stopped, and nothing is left in /tmp.

import Cell
import LinuxBase
import Pictures

/// An application folder of one script, and the means to run it in a cell.
final class TestCell {
    let folder: String
    let size = PixelSize(width: 320, height: 200)

    /// `script` is Python. It finds `report(text)`, which sends one packet on the control socket.
    init(_ script: String) throws {
        folder = "/tmp/vitrine-\(try Random.bytes(4).map { String($0, radix: 36) }.joined())"
        try Files.makeFolder(folder + "/app", mode: 0o755)
        try Files.replace(folder + "/app/main.py", with: Array((Self.prelude + script).utf8), mode: 0o644)
    }

    deinit { try? Files.removeTree(folder) }  // A failure here would show as a leftover folder, not as a wrong result.

    static let prelude = """
        import os, sys, time, socket, ctypes
        def report(text): os.write(3, str(text).encode()[:4000])
        def attempt(what):
            try: return what()
            except BaseException as e: return type(e).__name__ + ":" + str(getattr(e, "errno", ""))

        """

    static var jailer: String {
        (Process.executablePath().map { Files.parent(of: $0) } ?? ".") + "/vitrine-cell"
    }

    func specification(
        limits: CellLimits = CellLimits(), kind: CellSpecification.Kind = .native,
        command: [String] = ["/usr/bin/python3", "/app/main.py"]
    ) -> CellSpecification {
        CellSpecification(
            application: "test", kind: kind, root: folder + "/app", command: command, size: size,
            request: Array("the request".utf8), limits: limits)
    }

    func start(limits: CellLimits = CellLimits()) throws -> SandboxCell {
        try SandboxCell(specification(limits: limits), jailer: Self.jailer)
    }

    /// The next report of a cell's script; nil when the cell ends or five seconds pass without one.
    static func report(of cell: SandboxCell, timeout: Duration = .seconds(5)) throws -> String? {
        let events = try Poll.wait(
            for: [(cell.control, .readable), (cell.ended, .readable)], timeout: timeout)
        guard !events[0].isEmpty || !events[1].isEmpty else { return nil }
        return try cell.receive().map { String(decoding: $0, as: UTF8.self) }
    }

    /// How the cell ended, waited for.
    static func end(of cell: SandboxCell, timeout: Duration = .seconds(10)) throws -> LinuxBase.ExitStatus? {
        _ = try Poll.wait(for: cell.ended, events: .readable, timeout: timeout)
        return cell.exitStatus()
    }
}
