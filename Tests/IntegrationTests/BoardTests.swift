import LinuxBase
import Rig
import Testing

/// Board files, through the program that reads them.
@Suite final class BoardTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What vitrine-terminal says to a board file, and how it ends. There is no TPM, so it never comes far.
    private func start(board path: String, _ more: [String] = []) throws -> (
        status: LinuxBase.ExitStatus?, said: String
    ) {
        let program = try Programs.path("vitrine-terminal")
        let log = "\(folder.path)/said"
        let output = try Files.open(log, flags: 0o1101)  // O_WRONLY | O_CREAT | O_TRUNC
        var child = try ChildProcess(
            program,
            arguments: [
                program, "--store", "\(folder.path)/store", "--tcti", "swtpm:path=\(folder.path)/nothing",
                "--launch-socket", "\(folder.path)/launch.sock", "--board", path,
            ] + more, environment: ["TSS2_LOG=all+NONE"], descriptors: [(output.raw, 1), (output.raw, 2)],
            diesWithParent: false)
        let status = try child.wait(timeout: .seconds(20))
        return (status, String(decoding: try Files.read(log, limit: 1 << 20), as: UTF8.self))
    }

    private func start(_ text: String, _ more: [String] = []) throws -> (status: LinuxBase.ExitStatus?, said: String) {
        let path = "\(folder.path)/board.conf"
        try Files.replace(path, with: Array(text.utf8))
        return try start(board: path, more)
    }

    @Test func `every board of the project is understood`() throws {
        let boards = try Files.names(in: "\(Programs.root)/Board").filter { $0 != "README.md" }
        #expect(!boards.isEmpty)
        for board in boards {
            let (status, said) = try start(
                board: "\(Programs.root)/Board/\(board)/board.conf", ["--plane", "kms", "--keypad", "evdev"])
            // The TPM is what it stops at.
            #expect(status == .exited(70), "\(board): \(said)")
            #expect(said.contains("TPM"), "\(board): \(said)")
        }
    }

    @Test(arguments: [
        ("display.size = 801x480", "line 1: display.size must be WIDTHxHEIGHT"),
        ("# a board\n\ndisplay.vt = 0", "line 3: display.vt must be 1 to 63"),
        ("display.without = converted", "display.without must be direct, interleaved or both"),
        ("display.colour = blue", "line 1: there is no setting display.colour"),
        ("keypad = colour=blue", "line 1: keypad must be a list of devices"),
        ("display.vt = 1\nkey.KEY_NONSENSE = ok", "line 2 of the key map names \"KEY_NONSENSE\""),
        ("key.KEY_F1 = dance", "line 1 of the key map gives \"dance\""),
        ("display.vt", "line 1 is not name = value"), ("display.vt = 1\ndisplay.vt = 2", "line 2 sets a name again"),
    ])
    func `what is wrong is named with its line`(_ text: String, _ reason: String) throws {
        let (status, said) = try start(text)
        #expect(status == .exited(64))
        #expect(said.contains(reason), "\(said)")
    }

    @Test func `a keypad by evdev needs to be named`() throws {
        let (status, said) = try start("display.size = 800x480", ["--keypad", "evdev"])
        #expect(status == .exited(64))
        #expect(said.contains("evdev (with a board file"), "\(said)")
    }
}
