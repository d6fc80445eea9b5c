import Glibc
import Launch
import LinuxBase
import Measurements
import Testing

/// The rich side around a real gate: programs run while the gate is turned by hand and answers as told.
final class RichSide {
    struct Ending {
        var status: LinuxBase.ExitStatus?
        var output = ""
        var errors = ""
        var asked: [LaunchRequest] = []
    }

    let folder: Folder
    let socket: String
    /// What each request gets at once.
    var answers: (LaunchRequest) -> [LaunchAnswer] = { _ in [] }
    var offered: [OfferedApplication] = []
    private(set) var asked: [LaunchRequest] = []
    private(set) var clients: [Int] = []
    private var gate: LaunchGate?

    init(_ folder: Folder, listening: Bool = true) throws {
        self.folder = folder
        socket = folder.path + "/launch.sock"
        gate = listening ? try LaunchGate(socket) : nil
    }

    static func program() throws -> String {
        let path = Files.parent(of: try #require(Process.executablePath())) + "/vitrine-launch"
        try #require(Files.exists(path), "build the product vitrine-launch first")
        return path
    }

    /// vitrine-launch with this socket.
    func launch(_ arguments: [String], environment: [String] = ["PATH=/usr/bin:/bin"]) throws -> Ending {
        try run(try Self.program(), ["--socket", socket] + arguments, environment: environment)
    }

    /// Runs a program to its end, for ten seconds at most.
    func run(_ path: String, _ arguments: [String], environment: [String] = ["PATH=/usr/bin:/bin"]) throws -> Ending {
        let (out, err) = (folder.path + "/out", folder.path + "/err")
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        let output = try Files.open(out, flags: flags)
        let errors = try Files.open(err, flags: flags)
        let name = String(path.split(separator: "/").last ?? "")
        var child = try ChildProcess(
            path, arguments: [name] + arguments, environment: environment,
            descriptors: [(output.raw, 1), (errors.raw, 2)])
        var ending = Ending()
        let before = asked.count
        try turn(for: .seconds(10), watching: child.ended.raw) {
            ending.status = try child.statusIfEnded()
            return ending.status == nil
        }
        ending.output = String(decoding: try Files.read(out, limit: 1 << 20), as: UTF8.self)
        ending.errors = String(decoding: try Files.read(err, limit: 1 << 20), as: UTF8.self)
        ending.asked = Array(asked[before...])
        return ending
    }

    /// Turns the gate as long as `isWaiting`, and the time is not up.
    func turn(for time: Duration = .seconds(10), watching other: Int32 = -1, while isWaiting: () throws -> Bool) throws
    {
        let deadline = Clock.now() + time
        while try isWaiting(), Clock.now() < deadline {
            _ = try Poll.wait(for: (gate?.watched ?? []) + [(other, .readable)], timeout: .milliseconds(20))
            for event in try gate?.handle(now: Clock.now()) ?? [] { take(event) }
        }
    }

    func answer(_ answer: LaunchAnswer, to client: Int) { gate?.answer(answer, to: client, now: Clock.now()) }

    private func take(_ event: LaunchGate.Event) {
        switch event {
        case .request(let client, let request, _):
            asked.append(request)
            clients.append(client)
            for answer in answers(request) { self.answer(answer, to: client) }
        case .list(let client, _): answer(.applications(offered), to: client)
        case .gone, .turnedAway, .overrun: break
        }
    }
}
