internal import Glibc
internal import LinuxBase
internal import Measurements

/// A pcscd with virtual readers that this process's namespaces hide from everybody but the holder of the folder.
/// Stopped by its own pid; the kernel stops it when this process ends.
final class PrivateService {
    /// `folder/run` shows up as the service's own folder; `folder/readers` is its configuration.
    private let folder: String
    private let driver: String
    /// The driver with a plug, where it was built.
    private let gate: String?
    private var child: ChildProcess?

    static let program = "/usr/sbin/pcscd"
    static let socketName = "pcscd.comm"

    /// Takes the mounts and the network of this process for the service: it must have its own network already.
    init(folder: String) throws {
        self.folder = folder
        driver = try Self.driverPath()
        let built = Files.parent(of: Process.executablePath() ?? "/proc/self/exe") + "/libCardGate.so"
        gate = Files.exists(built) ? built : nil
        try Self.raiseLoopback()
        try Files.makeFolder(folder + "/run")
        try Files.makeFolder(folder + "/readers")
        // Nothing of the machine's own service, no bus, and no USB readers: those belong to somebody else.
        try PrivateMounts.begin()
        try PrivateMounts.memory("/run", bytes: 1 << 20)
        try Files.makeFolder("/run/pcscd")
        try PrivateMounts.bind(folder + "/run", onto: "/run/pcscd")
        if Files.exists("/dev/bus") { try PrivateMounts.memory("/dev/bus", bytes: 1 << 16) }
    }

    var process: Int32? {
        switch child {
        case .some(let child): child.process
        case .none: nil
        }
    }

    /// Starts the service, with the virtual readers or with none, and waits until it listens.
    func start(hasReaders: Bool) throws {
        try stop(isOrderly: true)
        try Files.remove(folder + "/run/" + Self.socketName)
        try Files.remove(folder + "/run/pcscd.pid")
        try Files.remove(pulled)
        let configuration = """
            FRIENDLYNAME "Virtual PCD"
            DEVICENAME /dev/null:0x\(String(VirtualCard.port, radix: 16, uppercase: true))
            LIBPATH \(gate ?? driver)
            CHANNELID 0x\(String(VirtualCard.port, radix: 16, uppercase: true))

            """
        try Files.replace(folder + "/readers/virtual", with: Array((hasReaders ? configuration : "").utf8))
        let nothing = try Files.open("/dev/null", flags: O_RDWR)
        let log = try Files.open(folder + "/pcscd.log", flags: O_WRONLY | O_CREAT | O_APPEND)
        child = try ChildProcess(
            Self.program, arguments: ["pcscd", "--foreground", "--config", folder + "/readers"],
            environment: ["PATH=/usr/bin:/bin", "GATE_DRIVER=\(driver)", "GATE_FILE=\(pulled)"],
            descriptors: [(nothing.raw, 0), (log.raw, 1), (log.raw, 2)])
        let deadline = Clock.now() + .seconds(10)
        while !isListening {
            if let status = try child?.statusIfEnded() { throw CardKitError.service("pcscd ended with \(status)") }
            guard Clock.now() < deadline else { throw CardKitError.service("pcscd does not listen") }
            Clock.sleep(.milliseconds(1))
        }
    }

    private var pulled: String { folder + "/pulled" }

    /// Pulls both readers' plug. They have stopped answering when this returns; the service has noticed a moment later.
    func unplug() throws {
        guard gate != nil else { throw CardKitError.missing("libCardGate.so") }
        try Files.replace(pulled, with: [])
        // The service looks every 400 ms (PCSCLITE_STATUS_POLL_RATE), and removes at the signal what did not answer
        // then.
        Clock.sleep(.milliseconds(500))
        signal(SIGUSR1)
    }

    func plug() throws {
        try Files.remove(pulled)
        signal(SIGUSR1)
    }

    func stop(isOrderly: Bool) throws {
        guard var running = child.take() else { return }
        running.signal(isOrderly ? SIGTERM : SIGKILL)
        if try running.wait(timeout: .seconds(5)) == nil { throw CardKitError.service("pcscd does not end") }
    }

    func signal(_ number: Int32) {
        switch child {
        case .some(let child): child.signal(number)
        case .none: break
        }
    }

    private var isListening: Bool {
        (try? UnixSocket.connect(folder + "/run/" + Self.socketName)) != nil  // Refused or absent: not yet.
    }

    private static func driverPath() throws -> String {
        let name = "pcsc/drivers/serial/libifdvpcd.so"
        for folder in ["/usr/lib", "/usr/local/lib", "/usr/lib64"] + Process.libraryFolders() {
            if Files.exists(folder + "/" + name) { return folder + "/" + name }
        }
        throw CardKitError.missing("vpcd's driver (package vsmartcard-vpcd)")
    }

    /// A new network namespace has its loopback interface down.
    private static func raiseLoopback() throws {
        let fd = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard fd >= 0 else { throw SystemCallError("socket", errno) }
        let holder = Descriptor(owning: fd)
        var request = unsafe ifreq()
        unsafe withUnsafeMutableBytes(of: &request) { unsafe $0.copyBytes(from: Array("lo".utf8)) }
        guard unsafe ioctl(holder.raw, UInt(SIOCGIFFLAGS), &request) == 0 else {
            throw SystemCallError("SIOCGIFFLAGS(lo)", errno)
        }
        unsafe request.ifr_ifru.ifru_flags |= Int16(IFF_UP)
        guard unsafe ioctl(holder.raw, UInt(SIOCSIFFLAGS), &request) == 0 else {
            throw SystemCallError("SIOCSIFFLAGS(lo)", errno)
        }
        // A card that waits for its reader must not be given the reader's port for its own: it would meet itself there.
        let range = try Files.open("/proc/sys/net/ipv4/ip_local_port_range", flags: O_WRONLY)
        try range.writeAll(Array("61000 65000".utf8))
    }
}

public enum CardKitError: Error, Equatable, CustomStringConvertible {
    /// Something that has to be installed.
    case missing(String)
    case service(String)
    /// What the desk says of a request that it could not fulfil.
    case refused(request: String, answer: String)
    case ended

    public var description: String {
        switch self {
        case .missing(let what): "\(what) is missing"
        case .service(let what): what
        case .refused(let request, let answer): "\(request): \(answer)"
        case .ended: "the desk with the readers has ended"
        }
    }
}
