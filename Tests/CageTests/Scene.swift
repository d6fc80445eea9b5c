import Glibc
import LinuxBase
import Measurements
import Testing

/// What hostile code is after, and whether it got there.
struct Scene: ~Copyable {
    /// Something that an act did to the world outside of its process.
    enum Effect: Hashable, CaseIterable {
        case fileMade, secretMoved, connectedByTCP, connectedByPath, victimDead
    }

    private let folder: String
    private let tcp: Descriptor
    private let unix: Descriptor
    private let port: UInt16
    private var victim: ChildProcess
    /// "PROCESS:ADDRESS" of the victim's secret.
    private let place: String

    private static let secret = Array("the pairing key".utf8)

    init(_ folder: String) throws {
        try Files.replace(folder + "/secret", with: Self.secret)
        try Files.makeFolder(folder + "/new")
        let tcp = try TCPSocket.listenOnLoopback(port: 0)
        let port = try TCPSocket.port(of: tcp)
        let unix = try UnixSocket.listen(folder + "/listener", mode: 0o600)
        try unix.setNonBlocking()
        let output = try UnixSocket.pair()
        let victim = try ChildProcess(
            hostile(), arguments: ["vitrine-hostile-decoder", "--victim"],
            descriptors: [(from: output.second.raw, to: 0), (from: output.second.raw, to: 1)], diesWithParent: false)
        var line = [UInt8](repeating: 0, count: 100)
        guard try !Poll.wait(for: output.first.raw, events: .readable, timeout: .seconds(10)).isEmpty,
            case .bytes(let count) = try output.first.read(into: &line)
        else { throw SystemCallError("the victim did not say where it is", 0) }
        self.folder = folder
        self.tcp = tcp
        self.port = port
        self.unix = unix
        self.victim = victim
        place = String(decoding: line[..<count].filter { $0 > 0x20 }, as: UTF8.self)
    }

    /// The words of an act with its argument: names in capitals stand for what is in the scene.
    borrowing func words(_ act: String) -> String {
        let parts = act.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return act }
        let argument =
            switch parts[1] {
            case "SECRET": folder + "/secret"
            case "NEW": folder + "/new/file"
            case "TCP": "\(port)"
            case "UNIX": folder + "/listener"
            case "VICTIM": "\(victim.process)"
            case "PLACE": place
            case "PARENT": "\(Process.number)"
            default: parts[1]
            }
        return "\(parts[0]) \(argument)"
    }

    /// What has happened by now; a victim that is expected to die gets the time to do so.
    mutating func effects(expected: Set<Effect>) throws -> Set<Effect> {
        var effects: Set<Effect> = []
        if try !Files.names(in: folder + "/new").isEmpty { effects.insert(.fileMade) }
        if (try? Files.read(folder + "/secret", limit: 100)) != Self.secret { effects.insert(.secretMoved) }
        if try UnixSocket.accept(tcp) != nil { effects.insert(.connectedByTCP) }
        if try UnixSocket.accept(unix) != nil { effects.insert(.connectedByPath) }
        let patience: Duration = expected.contains(.victimDead) ? .seconds(5) : .zero
        if try victim.wait(timeout: patience) != nil { effects.insert(.victimDead) }
        return effects
    }
}
