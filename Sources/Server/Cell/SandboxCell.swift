// Cell: one application instance in its cage, from start to the last of its processes. Owns the cell's processes, its
// control socket and its log; never looks at its picture (that is Capture's) and never decides whether it may run. Each
// cell has a thread of its own, which starts the jailer (whose life hangs on that thread) and buries it.

public import LinuxBase

/// A running application in a sandbox. When the last reference goes, so does the cell.
public final class SandboxCell: Sendable {
    private let keeper: CellKeeper

    /// Starts `specification` by the jailer at path `jailer` (the `vitrine-cell` program) and waits until its cage is
    /// closed around it and it is about to run: about 30 ms. Blocks the calling thread that long.
    public init(_ specification: CellSpecification, jailer: String) throws(CellError) {
        try specification.check()
        keeper = try CellKeeper.start(specification, jailer: jailer)
        try keeper.waitForStart()
    }

    deinit { keeper.stop() }

    /// The application's RFB socket, on the host. It is made by the application, some time after the start: wait for it.
    /// The path goes through the cell's own file system, so nothing of the host can be filled up or replaced by it; its
    /// last component is the application's making (`UnixSocket.connectWithoutLinks`).
    public var rfbSocket: String { "/proc/\(keeper.process)/root\(CellLayout.socket)" }

    /// SOCK_SEQPACKET, non-blocking: one `ApplicationEvent` in CBOR a packet. Owned by the cell, valid until it is gone.
    public var control: Int32 { keeper.control.raw }

    /// The next packet of `control`, at most `limit` bytes; nil when none waits or the application has closed its end.
    public func receive(limit: Int = 4096) throws(CellError) -> [UInt8]? { try keeper.receive(limit: limit) }

    /// One packet to the application, at once or not at all: false when it has not read a socket's fill of earlier ones,
    /// or has closed its end. From any thread.
    public func send(_ packet: [UInt8]) throws(CellError) -> Bool { try keeper.send(packet) }

    /// Readable once the application has ended, for whatever reason, and all its processes are gone.
    public var ended: Int32 { keeper.ended.descriptor }

    /// How the application ended; nil while it runs.
    public func exitStatus() -> ExitStatus? { keeper.status }

    /// What the application and the jailer wrote to stdout and stderr, its first 64 KiB. Foreign text: for the operator,
    /// and with care.
    public func log() -> String { keeper.text() }

    /// Number of the cell's first process on the host.
    public var process: Int32 { keeper.process }

    /// Begins to stop it, from any thread, and does not wait: `ended` tells.
    public func kill() { keeper.stop() }

    /// Kills everything inside and waits until it is gone: no process, no mount, no file is left. Any number of times.
    public func stop() {
        keeper.stop()
        keeper.waitForEnd()
    }
}
