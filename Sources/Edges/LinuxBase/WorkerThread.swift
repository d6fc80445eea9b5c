internal import CLinux
internal import Glibc

/// A thread of one's own for calls that block. It ends when `body` returns; nobody waits for it. Signals that are sent to
/// the process never arrive here: they belong to the thread that reads them from a descriptor, also those that it asks for
/// after this thread has begun.
public enum WorkerThread {
    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// `name` is what tools show, at most 15 bytes.
    public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        precondition(name.utf8.count <= 15, "the kernel keeps 15 bytes of a thread's name")
        let box = unsafe Unmanaged.passRetained(
            Box {
                _ = unsafe CLinux_name_thread(name)  // For tools only: no harm if it fails.
                body()
            })
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { unsafe pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        var before = sigset_t()
        var sent = sentSignals
        // A new thread begins with its maker's mask: nothing can arrive in between.
        unsafe pthread_sigmask(SIG_SETMASK, &sent, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        let code = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                // SAFETY: the one argument ever passed is the retained box above, and it is taken once.
                unsafe Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            throw SystemCallError("pthread_create", code)
        }
    }

    /// All but those that a thread brings upon itself.
    private static var sentSignals: sigset_t {
        var set = sigset_t()
        unsafe sigfillset(&set)
        for number in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS] { unsafe sigdelset(&set, number) }
        return set
    }
}
