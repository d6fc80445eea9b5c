internal import LinuxBase
internal import Synchronization

/// A statement that the TPM is making, for a thread that has other things to do: hardware takes a tenth of a second.
public final class PendingStatement: Sendable {
    private let bell: Wakeup
    private let result = Mutex<Result<Statement, TPMError>?>(nil)

    init() throws(TPMError) {
        do throws(SystemCallError) { bell = try Wakeup() } catch {
            throw .transport(call: "wakeup", code: 0, reason: error.description)
        }
    }

    /// Readable when there is something to take.
    public var descriptor: Int32 { bell.descriptor }

    /// The statement, or why there is none; nil while the TPM works.
    public func take() throws(TPMError) -> Statement? {
        bell.silence()
        return try result.withLock { $0 }?.get()
    }

    func finish(_ outcome: Result<Statement, TPMError>) {
        result.withLock { $0 = outcome }
        bell.ring()
    }
}
