import Glibc
import Kit
import LinuxBase
import Measurements
import Pictures
import RFB
import Synchronization
import Testing
import WalletScreens
import Wire

/// A wallet served by the kit on a thread of its own, as in its cell: request file, RFB socket, control socket.
final class Served: Sendable {
    enum End: Equatable, Sendable { case outcome(Outcome?), error(String) }

    let folder: TemporaryFolder
    let size: PixelSize
    /// Our end of the control socket; -1 once dropped.
    private let control: Mutex<Int32>
    /// Apart from this object, so that the thread does not keep it alive: its end is the thread's.
    private let ending = Ending()

    private final class Ending: Sendable {
        let end = Mutex<End?>(nil)
    }

    init(request: [UInt8]?, size: PixelSize) throws {
        folder = try TemporaryFolder()
        self.size = size
        if let request { try Files.replace(folder.path + "/request", with: request) }
        let numbers = try UnixSocket.pair(.sequencedPackets).split { first, second in [first.take(), second.take()] }
        control = Mutex(numbers[0])
        let number = numbers[1]
        let path = folder.path
        try WorkerThread.start("wallet") { [ending] in
            let control = Descriptor(owning: number)
            let result: End
            do throws(KitError) {
                result = .outcome(try Kit.serve(Payment.self, folder: path, control: control))
            } catch {
                result = .error("\(error)")
            }
            ending.end.withLock { $0 = result }
        }
    }

    convenience init(_ request: ApplicationRequest = Payments.request()) throws {
        try self.init(request: request.encoded(), size: request.size)
    }

    func connect() throws -> RFBClient {
        let deadline = Clock.now() + .seconds(5)
        while true {
            do {
                var client = try RFBClient(socket: UnixSocket.connect(folder.path + "/rfb.sock"), size: size)
                try client.handshake(timeout: .seconds(5))
                return client
            } catch let error as SystemCallError where error.isAbsent && Clock.now() < deadline {
                Clock.sleep(.milliseconds(1))
            }
        }
    }

    /// The next event on the control socket; nil when its other end has gone or five seconds have passed.
    func event() throws -> ApplicationEvent? {
        try control.withLock { number in
            guard try !Poll.wait(for: number, events: .readable, timeout: .seconds(5)).isEmpty else { return nil }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let socket = Descriptor(owning: number)
            let transfer = Result { () throws(SystemCallError) in try socket.read(into: &buffer) }
            _ = socket.take()  // Still ours by number.
            guard case .bytes(let count) = try transfer.get() else { return nil }
            return try ApplicationEvent(decoding: Array(buffer[..<count]))
        }
    }

    func tell(_ input: ApplicationInput) throws { try tell(input.encoded()) }

    /// One packet on the control socket.
    func tell(_ packet: [UInt8]) throws {
        try control.withLock { number in
            let socket = Descriptor(owning: number)
            let transfer = Result { () throws(SystemCallError) in try socket.write(packet[...]) }
            _ = socket.take()  // Still ours by number.
            guard case .bytes(packet.count) = try transfer.get() else { throw SystemCallError("write", EAGAIN) }
        }
    }

    func dropControl() {
        control.withLock { number in
            if number >= 0 { _ = Descriptor(owning: number) }
            number = -1
        }
    }

    deinit { dropControl() }

    /// How `Kit.serve` ended; nil when it goes on for five seconds more.
    func waitForEnd() -> End? {
        let deadline = Clock.now() + .seconds(5)
        while Clock.now() < deadline {
            if let end = ending.end.withLock({ $0 }) { return end }
            Clock.sleep(.milliseconds(1))
        }
        return nil
    }
}

extension RFBClient {
    /// The picture as it is now.
    func picture() -> Picture {
        let words = size.area
        return unsafe pixels.withMemoryRebound(to: UInt32.self, capacity: words) { pointer in
            Picture(size: size, pixels: (0..<words).map { unsafe pointer[$0] | 0xFF00_0000 })
        }
    }
}
