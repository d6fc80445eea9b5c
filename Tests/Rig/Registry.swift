internal import LinuxBase
internal import Measurements

/// Debian's docker-registry on a free port of loopback.
public struct Registry: ~Copyable {
    public let port: UInt16
    private let child: ChildProcess
    public var address: String { "127.0.0.1:\(port)" }

    public init(in folder: String) throws {
        // A port that was free a moment ago; nobody else on this machine looks for one here.
        let port = try TCPSocket.port(of: TCPSocket.listenOnLoopback(port: 0))
        let settings = """
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: \(folder)/registry}, delete: {enabled: true}}
            http: {addr: "127.0.0.1:\(port)"}
            """
        try Files.replace(folder + "/registry.yml", with: Array(settings.utf8))
        let log = try Files.makeFile("\(folder)/registry-\(port).log", mode: 0o600)
        let nothing = try Files.openNothing()
        let program = try Programs.tool("docker-registry")
        let child = try ChildProcess(
            program, arguments: ["docker-registry", "serve", folder + "/registry.yml"],
            environment: ["PATH=/usr/bin:/bin", "HOME=\(folder)"],
            descriptors: [(nothing.raw, 0), (log.raw, 1), (log.raw, 2)], diesWithParent: false)
        try Self.waitUntilItListens(port)
        self.port = port
        self.child = child
    }

    private static func waitUntilItListens(_ port: UInt16) throws {
        try wait(for: "a registry on port \(port)") {
            let socket = try TCPSocket.startConnecting(host: "127.0.0.1", port: port)
            _ = try Poll.wait(for: socket.raw, events: .writable, timeout: .seconds(1))
            return (try? TCPSocket.finishConnecting(socket)) != nil  // Refused as long as nobody listens.
        }
    }
}
