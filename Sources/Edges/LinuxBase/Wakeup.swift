internal import Glibc

/// A bell between threads: one rings, another finds it in its `Poll`. Rings that nobody has heard yet count as one.
/// (A socket pair: eventfd(2) is not in Glibc's module, and two descriptors are not worth a shim.)
public struct Wakeup: ~Copyable, Sendable {
    private let ear: Descriptor
    private let bell: Descriptor

    public init() throws(SystemCallError) {
        let pair = try UnixSocket.pair()
        try pair.first.setNonBlocking()
        try pair.second.setNonBlocking()
        self = pair.split { ear, bell in Wakeup(ear: ear, bell: bell) }
    }

    private init(ear: consuming Descriptor, bell: consuming Descriptor) {
        self.ear = ear
        self.bell = bell
    }

    /// Readable from a ring until `silence`.
    public var descriptor: Int32 { ear.raw }

    public borrowing func ring() {
        // Full: it is ringing already. No other failure is possible while both ends are open here.
        _ = try? bell.write([1])
    }

    /// Call it before looking at what the ring is about: a ring in between is then heard again, not lost.
    public borrowing func silence() {
        var buffer = [UInt8](repeating: 0, count: 256)
        while case .bytes(let count)? = try? ear.read(into: &buffer), count == buffer.count {}
    }
}
