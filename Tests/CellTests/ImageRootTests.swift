import Capture
import Cell
import LinuxBase
import Pictures
import Testing

/// A cell on the root of an image: another system than the host's, of one static program.
@Suite(.serialized) struct ImageRootTests {
    /// A root with BusyBox alone, and `script` for its shell.
    private final class Root {
        let folder = "/tmp/vitrine-root-\(UInt32.random(in: 0..<(.max)))"
        var path: String { folder + "/root" }

        init(_ script: String) throws {
            for name in ["app", "bin", "etc", "usr/share"] { try Files.makeFolder("\(path)/\(name)", mode: 0o755) }
            let program = try Files.read("/bin/busybox", limit: 16 << 20)
            try Files.replace(path + "/bin/busybox", with: program, mode: 0o755)
            try Files.makeLink(path + "/bin/sh", to: "busybox")
            try Files.makeLink(path + "/sbin", to: "bin")
            try Files.replace(path + "/etc/issue", with: Array("of the image\n".utf8), mode: 0o644)
            try Files.replace(path + "/.hidden", with: [], mode: 0o644)
            try Files.replace(path + "/app/main.sh", with: Array(script.utf8), mode: 0o755)
            for folder in [folder, path] { try Files.setMode(folder, 0o755) }
        }

        deinit { try? Files.removeTree(folder) }  // A failure here would show as a leftover folder.

        func start(
            _ command: [String] = ["/bin/sh", "/app/main.sh"], kind: CellSpecification.Kind = .native
        ) throws -> SandboxCell {
            let specification = CellSpecification(
                application: "image", kind: kind, root: path + "/app", command: command,
                size: PixelSize(width: 320, height: 200), request: Array("the request".utf8), image: path)
            return try SandboxCell(specification, jailer: TestCell.jailer)
        }
    }

    private func say(_ command: String) -> String { "\(command) | busybox tr '\\n' ' ' >&3\n" }

    @Test func `the image is the whole root, and nothing of the host is there`() throws {
        let root = try Root(say("busybox ls -a /") + say("busybox ls /usr /sbin/sh /etc") + "busybox sleep 60\n")
        let cell = try root.start(["/bin/busybox", "sh", "/app/main.sh"])
        defer { cell.stop() }
        let names = try #require(try TestCell.report(of: cell), "\(cell.log())")
        #expect(
            names == ". .. .hidden app bin cell dev etc proc run sbin tmp usr ", "\(names)")
        let more = try #require(try TestCell.report(of: cell))
        #expect(more.contains("/etc: issue") && more.contains("/usr: share"))
    }

    @Test func `the request, the size and the application are where they always are, and the root is read-only`() throws
    {
        let root = try Root(
            say("busybox cat /run/vitrine/request") + say("echo $VITRINE_SIZE $PWD")
                + say(
                    "{ busybox touch /etc/x || busybox touch /x || busybox touch /app/x; } 2>&1 | busybox grep -c Read-only"
                )
                + say("busybox touch /tmp/x && echo yes"))
        let cell = try root.start(["/bin/busybox", "sh", "/app/main.sh"])
        defer { cell.stop() }
        #expect(try TestCell.report(of: cell) == "the request", "\(cell.log())")
        #expect(try TestCell.report(of: cell) == "320x200 /app ")
        #expect(try TestCell.report(of: cell) == "3 ")
        #expect(try TestCell.report(of: cell) == "yes ")
        #expect(try TestCell.end(of: cell) == .exited(0))
    }

    @Test func `a program that the image lacks ends the cell with its name`() throws {
        let root = try Root("")
        #expect(throws: CellError.self) {
            let cell = try root.start(["/usr/bin/python3"])
            cell.stop()
        }
    }

    /// Programs with all that they need to run, by the loader's own account of it.
    private static let closure = """
        set -eu
        root=$1
        put() { mkdir -p "$root$(dirname "$1")"; cp -L "$1" "$root$1"; }
        for program in /usr/bin/Xtigervnc /usr/bin/xkbcomp /usr/bin/sh /usr/bin/xlogo; do
            put "$program"
            ldd "$program" | grep -o '/[^ )]*' | while read -r library; do
                put "$(readlink -f "$(dirname "$library")")/$(basename "$library")"
            done
        done
        mkdir -p "$root/usr/share/X11" "$root/usr/lib64"
        cp -r /usr/share/X11/xkb "$root/usr/share/X11"
        rm -r "$root/bin"
        for name in bin lib lib64; do ln -s "usr/$name" "$root/$name"; done
        """

    @Test func `a window's program and its X server run on the image's own libraries`() throws {
        let root = try Root("")
        let nothing = try Files.openNothing()
        var child = try ChildProcess(
            "/bin/sh", arguments: ["sh", "-c", Self.closure, "sh", root.path], environment: ["PATH=/usr/bin:/bin"],
            descriptors: [(nothing.raw, 0)])
        #expect(try child.wait(timeout: .seconds(30)) == .exited(0))
        let size = PixelSize(width: 320, height: 200)
        let cell = try root.start(["/usr/bin/xlogo", "-geometry", "{width}x{height}+0+0"], kind: .window)
        defer { cell.stop() }
        var capture = try RFBCapture(
            socket: cell.rfbSocket, size: size, timeout: .seconds(10), ended: cell.ended)
        while try capture.next(timeout: .milliseconds(700)) != nil {}
        #expect(Set(capture.picture().pixels).count >= 2, "\(cell.log())")
        let maps = String(decoding: try Files.read("/proc/\(cell.process)/mountinfo", limit: 1 << 20), as: UTF8.self)
        #expect(maps.contains(" /usr ro") && !maps.contains("/etc/fonts"))
    }
}
