import Glibc
import LinuxBase
import Rig
import Testing

extension RecordedPanel {
    /// Runs the probe on a machine that has this panel, and returns the lines that it says.
    func probe(_ arguments: [String]) throws -> [String] {
        let folder = try TemporaryFolder()
        let program = try Programs.path("vitrine-keypad-probe")
        let words = try player(in: folder.path) + [program, "touch", "--device", Self.path] + arguments
        let output = try Files.open("\(folder.path)/out", flags: O_WRONLY | O_CREAT)
        let errors = try Files.open("\(folder.path)/err", flags: O_WRONLY | O_CREAT)
        var child = try ChildProcess(
            words[0], arguments: words, environment: ["PATH=/usr/bin:/bin"],
            descriptors: [(output.raw, 1), (errors.raw, 2)], diesWithParent: false)
        let status = try child.wait(timeout: .seconds(30))
        let said = String(decoding: try Files.read("\(folder.path)/out", limit: 1 << 16), as: UTF8.self)
        let complaints = String(decoding: try Files.read("\(folder.path)/err", limit: 1 << 16), as: UTF8.self)
        try #require(status == .exited(0), "\(said)\n\(complaints)")
        return said.split(separator: "\n").map(String.init)
    }
}
