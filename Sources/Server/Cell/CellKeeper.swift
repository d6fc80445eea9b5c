internal import Confinement
internal import LinuxBase
internal import Logging
internal import Measurements
internal import Synchronization

/// A cell's thread and what it shares with the others.
final class CellKeeper: Sendable {
    private struct State {
        var process: Int32 = -1
        var status: ExitStatus?
        var failure: CellError?
    }

    /// Start-up that takes longer than this has failed.
    private static let patience = Duration.seconds(10)
    private static let logBytes = 64 << 10

    let control: Descriptor
    let ended: Wakeup
    private let started: Wakeup
    let stopping: Wakeup
    /// stdout and stderr: a file in memory that cannot grow. A program that writes more gets EPERM, and nothing worse.
    let output: SharedMemory
    private let state = Mutex(State())

    /// Says once, not for every cell, what bounds a cell as a whole.
    static let delegation: ControlGroupDelegation = {
        let found = ControlGroupDelegation.find()
        let log = Logger(label: "vitrine.cell")
        if found.hierarchies.isEmpty {
            log.warning("no control groups for cells, rlimits only: \(found.reason)")
        } else {
            found.sweep()
            log.info("control groups for cells: \(found.reason)")
        }
        return found
    }()

    private init(control: consuming Descriptor) throws(SystemCallError) {
        self.control = control
        ended = try Wakeup()
        started = try Wakeup()
        stopping = try Wakeup()
        output = try SharedMemory(name: "cell-log", count: Self.logBytes)
    }

    static func start(_ specification: CellSpecification, jailer: String) throws(CellError) -> CellKeeper {
        do throws(SystemCallError) {
            return try UnixSocket.pair(.sequencedPackets).split { (near, far) throws(SystemCallError) -> CellKeeper in
                try near.setNonBlocking()
                let keeper = try CellKeeper(control: near)
                let number = far.take()
                do throws(SystemCallError) {
                    try WorkerThread.start("cell") { keeper.run(specification, jailer, control: number) }
                } catch {
                    _ = Descriptor(owning: number)
                    throw error
                }
                return keeper
            }
        } catch {
            throw .system(error)
        }
    }

    var process: Int32 { state.withLock { $0.process } }
    var status: ExitStatus? { state.withLock { $0.status } }

    func stop() { stopping.ring() }

    func waitForEnd() { Self.wait(for: ended.descriptor) }

    func waitForStart() throws(CellError) {
        Self.wait(for: started.descriptor)
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    func receive(limit: Int) throws(CellError) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: limit)
        do throws(SystemCallError) {
            guard case .bytes(let n) = try control.read(into: &buffer) else { return nil }
            return Array(buffer[..<n])
        } catch {
            throw .system(error)
        }
    }

    /// False when the application does not read what it is told, or has gone.
    func send(_ packet: [UInt8]) throws(CellError) -> Bool {
        do throws(SystemCallError) {
            guard case .bytes = try control.write(packet[...]) else { return false }
            return true
        } catch {
            throw .system(error)
        }
    }

    func text() -> String {
        // SAFETY: `output` maps `count` bytes while it lives; the application may write meanwhile, which spoils text only.
        let bytes = unsafe Array(UnsafeRawBufferPointer(start: output.base, count: output.count))
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A descriptor that will become readable; poll fails only for want of memory, and then trying again is all there is.
    private static func wait(for descriptor: Int32) {
        while (try? Poll.wait(for: descriptor, events: .readable, timeout: nil)) == nil {}
    }

    // MARK: The thread

    private func run(_ specification: CellSpecification, _ jailer: String, control: Int32) {
        do throws(CellError) {
            try live(specification, jailer, control: Descriptor(owning: control))
        } catch {
            state.withLock { $0.failure = error }
        }
        started.ring()
        ended.ring()
    }

    private func live(
        _ specification: CellSpecification, _ jailer: String, control: consuming Descriptor
    ) throws(CellError) {
        let deadline = Clock.now() + Self.patience
        let order = try Ends()
        let report = try Ends()
        let information = try Ends()
        var child = try spawn(
            jailer, control: control, order: order.far, report: report.far, information: information.far)
        // Into its group before it learns what to do: whatever it starts is then counted, too.
        let group = try makeGroup(for: specification, number: child.process)
        do throws(ConfinementError) { try group?.add(child.process) } catch { throw .confinement("\(error)") }
        do throws(SystemCallError) {
            try specification.send(on: order.near)
        } catch { throw .confinement(reason) }
        let number = try firstProcess(from: information.near, child, deadline)
        let first: ProcessHandle
        do throws(SystemCallError) { first = try ProcessHandle(number) } catch { throw .system(error) }
        // From here on `first` is the cell: the kernel kills all others in its namespace with it.
        let result = attend(first, &child, report.near, deadline, number)
        first.kill()
        Self.wait(for: first.ended.raw)
        let status = try bury(child)
        state.withLock { $0.status = status }
        if let result { throw result }
    }

    /// Waits for the cell to be ready, and then for its end. Returns why it never was ready.
    private func attend(
        _ first: borrowing ProcessHandle, _ child: inout ChildProcess, _ report: borrowing Descriptor,
        _ deadline: MonotonicTime, _ number: Int32
    ) -> CellError? {
        do throws(CellError) {
            guard try read(report, child, deadline, until: CellLayout.ready).last == CellLayout.ready else {
                throw .confinement(reason)
            }
            state.withLock { $0.process = number }
            started.ring()
            do throws(SystemCallError) {
                _ = try Poll.wait(
                    for: [
                        (stopping.descriptor, .readable), (child.ended.raw, .readable), (first.ended.raw, .readable),
                    ], timeout: nil)
            } catch { throw .system(error) }
            return nil
        } catch {
            return error
        }
    }

    /// The exit status as the application's own: bubblewrap tells a signal as 128 and more. After a first process that is
    /// dead, bubblewrap ends by itself; it is given a second.
    private func bury(_ child: consuming ChildProcess) throws(CellError) -> ExitStatus {
        do throws(SystemCallError) {
            guard let status = try child.wait(timeout: .seconds(1)) else { return try child.stop(grace: .zero) }
            if case .exited(let code) = status, code > 128, code <= 128 + 64 { return .signalled(code - 128) }
            return status
        } catch { throw .system(error) }
    }
}
