internal import Glibc

extension Process {
    /// Keeps all memory of this process, now and later, out of swap: whatever page is touched stays in RAM
    /// (mlockall(2), with MCL_ONFAULT, so that stacks and buffers cost what they use and not what they span).
    /// False where the kernel does not allow it; nothing has changed then but the soft limit.
    ///
    /// Asks for an endless RLIMIT_MEMLOCK first and gives up without: under a limit, some later allocation would fail,
    /// in the middle of anything. A child starts with none of its memory locked but inherits the limit.
    public static func lockAllMemory() throws(SystemCallError) -> Bool {
        let which = __rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(which, &limit) == 0 else { throw .last("getrlimit(RLIMIT_MEMLOCK)") }
        if limit.rlim_cur != endless {
            var wanted = rlimit(rlim_cur: endless, rlim_max: endless)
            guard unsafe setrlimit(which, &wanted) == 0 else {
                let code = errno
                // What is allowed is taken: single secrets are locked under it.
                limit.rlim_cur = limit.rlim_max
                guard unsafe setrlimit(which, &limit) == 0 else { throw .last("setrlimit(RLIMIT_MEMLOCK)") }
                if code == EPERM { return false }
                throw SystemCallError("setrlimit(RLIMIT_MEMLOCK)", code)
            }
        }
        guard mlockall(Int32(MCL_CURRENT) | Int32(MCL_FUTURE) | Int32(MCL_ONFAULT)) == 0 else {
            let code = errno
            if code == EPERM || code == ENOMEM || code == EAGAIN { return false }
            throw SystemCallError("mlockall", code)
        }
        return true
    }

    /// RLIM_INFINITY is a cast in C.
    private static var endless: rlim_t { rlim_t.max }
}
