internal import Glibc
internal import LinuxBase

/// The one thread that talks to the TPM. Others hand it their work, one piece at a time in the order of asking, and
/// mostly wait. When this value ends the thread says good-bye to the TPM, and then it ends as well.
final class OwnerThread: Sendable {
    private let line = Line()
    let isSoftware: Bool

    /// Starts the thread, which connects.
    init(tcti: String) throws(TPMError) {
        let line = self.line
        do throws(SystemCallError) {
            try WorkerThread.start("tpm") { Self.serve(line, tcti) }
        } catch {
            throw .transport(call: "thread", code: 0, reason: error.description)
        }
        isSoftware = try line.awaitStart()
    }

    deinit { line.end() }

    /// Runs `body` on the thread and waits for it.
    func perform<R: ~Copyable>(_ body: (inout Connection) throws(TPMError) -> R) throws(TPMError) -> R {
        let outcome = Outcome<R>()
        withoutActuallyEscaping(body) { body in
            line.carryOut(Job { connection in outcome.run(body, &connection) })
        }
        return try outcome.take()
    }

    /// Has `body` run on the thread after what was asked before, and does not wait. It tells itself how it ended.
    func begin(_ body: @escaping @Sendable (inout Connection) -> Void) { line.add(Job(body)) }

    private static func serve(_ line: Line, _ tcti: String) {
        talk(line, tcti)
        line.hasEnded()
    }

    private static func talk(_ line: Line, _ tcti: String) {
        do throws(TPMError) {
            var connection = try Connection(tcti: tcti)
            try connection.flushLeftovers()
            line.hasStarted(isSoftware: connection.isSoftware)
            while let job = line.next() {
                job.run(&connection)
                line.finish(job)
            }
        } catch {
            line.hasFailed(error)
        }
    }
}

/// What came of a piece of work. Written by the owner thread while the asking one waits, read by that one afterwards.
private final class Outcome<R: ~Copyable> {
    private var value: R?
    private var error: TPMError?

    func run(_ body: (inout Connection) throws(TPMError) -> R, _ connection: inout Connection) {
        do throws(TPMError) { value = try body(&connection) } catch { self.error = error }
    }

    func take() throws(TPMError) -> R {
        if let error { throw error }
        guard let value = value.take() else { preconditionFailure("finished work has a value or an error") }
        return value
    }
}

private final class Job {
    private var body: ((inout Connection) -> Void)?
    var isDone = false

    init(_ body: @escaping (inout Connection) -> Void) { self.body = body }

    /// Lets go of the body before it returns: whoever waits may then end what the body refers to.
    func run(_ connection: inout Connection) {
        let body = self.body.take()
        body?(&connection)
    }
}

/// The line of work before the thread. `@unchecked`: everything mutable is touched under `lock` only; a job's body is
/// touched by the owner thread only.
@safe private final class Line: @unchecked Sendable {
    private enum State {
        case starting
        case serving(isSoftware: Bool)
        case failed(TPMError)
        case ended
    }

    // SAFETY: both are initialised in `init` and destroyed in `deinit`, when nobody can wait on them any more.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state = State.starting
    private var jobs: [Job] = []
    private var isEnding = false

    init() {
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(lock)
        unsafe changed.deallocate()
        unsafe lock.deallocate()
    }

    // MARK: The asking threads

    /// Waits for the connection; true for a software TPM.
    func awaitStart() throws(TPMError) -> Bool {
        enter()
        defer { leave() }
        while true {
            switch state {
            case .starting: wait()
            case .serving(let isSoftware): return isSoftware
            case .failed(let error): throw error
            case .ended: preconditionFailure("the thread ends when it is asked to, or says why it failed")
            }
        }
    }

    func add(_ job: Job) { change { jobs.append(job) } }

    func carryOut(_ job: Job) {
        enter()
        defer { leave() }
        jobs.append(job)
        tell()
        while !job.isDone { wait() }
    }

    /// Lets the thread end, and waits until the TPM was told.
    func end() {
        enter()
        defer { leave() }
        isEnding = true
        tell()
        while true {
            switch state {
            case .failed, .ended: return
            case .starting, .serving: wait()
            }
        }
    }

    // MARK: The owner thread

    /// The next piece of work; nil when there will be none.
    func next() -> Job? {
        enter()
        defer { leave() }
        while jobs.isEmpty && !isEnding { wait() }
        return jobs.isEmpty ? nil : jobs.removeFirst()
    }

    func finish(_ job: Job) { change { job.isDone = true } }
    func hasStarted(isSoftware: Bool) { change { state = .serving(isSoftware: isSoftware) } }
    func hasFailed(_ error: TPMError) { change { state = .failed(error) } }
    func hasEnded() { change { if case .failed = state {} else { state = .ended } } }

    private func change(_ body: () -> Void) {
        enter()
        body()
        tell()
        leave()
    }

    private func enter() { unsafe pthread_mutex_lock(lock) }
    private func leave() { unsafe pthread_mutex_unlock(lock) }
    private func wait() { unsafe pthread_cond_wait(changed, lock) }
    private func tell() { unsafe pthread_cond_broadcast(changed) }
}
