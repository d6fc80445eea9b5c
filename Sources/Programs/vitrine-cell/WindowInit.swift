internal import Cell
internal import LinuxBase

/// First process of a window cell: a private X server that serves its screen by RFB, then the program on it. Both share
/// the cell and its fate.
struct WindowInit {
    /// `-FrameRate 1000` sends damage at once instead of gathering it for 16 ms; without GLX it starts faster and has less
    /// code to attack. The program `Xtigervnc` itself: /etc/alternatives may name another.
    private static let server = "/usr/bin/Xtigervnc"
    private static let patience = Duration.seconds(10)

    let geometry: String

    /// Runs `command` to its end and returns its exit status as a shell would tell it.
    func run(_ command: [String]) throws -> Int32 {
        let environment = Process.environment
        let ready = try UnixSocket.pair()
        var server = try ChildProcess(
            Self.server,
            arguments: [
                "Xtigervnc", ":0", "-displayfd", "3", "-rfbport", "-1", "-rfbunixpath", CellLayout.socket,
                "-rfbunixmode", "0600", "-SecurityTypes", "None", "-FrameRate", "1000", "-extension", "GLX",
                "-nolisten", "tcp", "-geometry", geometry, "-depth", "24", "-br", "-desktop", "cell",
                "-AcceptCutText=0", "-SendCutText=0", "-AcceptSetDesktopSize=0", "-AlwaysShared",
            ], environment: environment, descriptors: [(ready.second.raw, 3)])
        // The server writes its display's number when it can be connected to.
        let events = try Poll.wait(
            for: [(ready.first.raw, .readable), (server.ended.raw, .readable)], timeout: Self.patience)
        guard !events[0].isEmpty else {
            throw CellError.confinement("no X server: \(try server.statusIfEnded().map(\.description) ?? "silent")")
        }
        var program = try ChildProcess(
            command[0], arguments: command, environment: environment + ["DISPLAY=:0"],
            descriptors: [(CellLayout.Number.control, CellLayout.Number.control)])
        _ = try Poll.wait(
            for: [(program.ended.raw, .readable), (server.ended.raw, .readable)], timeout: nil)
        guard let status = try program.statusIfEnded() else {
            throw CellError.confinement("the X server ended: \(try server.statusIfEnded().map(\.description) ?? "")")
        }
        return switch status {
        case .exited(let code): code
        case .signalled(let number): 128 + number
        }
    }
}
