// The system calls that are left in the cage, as data: a name and a number of arguments' conditions each, with the reason.
// Every name exists on x86-64 and on aarch64 alike; what differs are the numbers, which libseccomp knows. The second ways
// into the kernel that x86-64 has, the 32-bit calls of int 0x80 and the x32 numbers, are closed by the filter as a whole.

internal import Confinement

enum CageCalls {
    /// What is done, and why it must be possible.
    static let allowed: [(call: String, reason: String)] = [
        ("read", "the terminal's packets; descriptors that lie on one are lost to it, as only recvmsg takes them"),
        ("write", "the answers; without another descriptor there is nothing else to write to"),
        ("munmap", "memory goes back"),
        ("brk", "memory for small things: what glibc's allocator asks first"),
        ("clock_gettime", "the time a picture took, on machines whose clock cannot be read without a call"),
        ("getrandom", "seeds of Swift's hash tables, where they are not drawn before"),
        ("exit_group", "the end, in order"),
    ]

    /// Calls that are harmless with some arguments only.
    static let bounded: [(rule: SeccompFilter.ArgumentRule, reason: String)] = [
        (
            // PROT_EXEC (4) of the third argument is clear; of the flags, MAP_ANONYMOUS (0x20) is set and MAP_SHARED (1) clear.
            .init(
                action: .allow, call: "mmap",
                conditions: [.init(argument: 2, mask: 4, value: 0), .init(argument: 3, mask: 0x21, value: 0x20)]),
            "memory for large things: private, of no file, and never code"
        ),
        (
            // MREMAP_MAYMOVE (1) is the only flag.
            .init(action: .allow, call: "mremap", argument: 3, mask: ~1, value: 0),
            "large things that grow, to wherever the kernel puts them: never over something else"
        ),
        // FUTEX_WAIT (0) and FUTEX_WAKE (1), private (128) or not: the rest of futex(2) has been a way into the kernel.
        (.init(action: .allow, call: "futex", argument: 1, mask: 0x7F, value: 0), "locks of the Swift runtime: wait"),
        (.init(action: .allow, call: "futex", argument: 1, mask: 0x7F, value: 1), "locks of the Swift runtime: wake"),
    ]

    /// Answered with an errno: whoever calls them lives well without. All else ends the process, as no part of decoding
    /// calls it: by then somebody else is at the wheel.
    ///
    /// What is missing, and might be looked for here: mprotect, since the only allocator arena is the main one, which never
    /// changes protections, so that no page becomes code; rt_sigreturn and restart_syscall, since no handler is installed
    /// and no call with a time limit is made; rt_sigprocmask and tgkill, so that abort(3) ends in SIGSYS, which is an end.
    static let refused: [(call: String, code: Int32, reason: String)] = [
        ("madvise", 22 /* EINVAL */, "some versions of glibc ask for huge pages, and go on without"),
        (probe, probeAnswer, "the look whether the filter is there: this call cannot fail on its own"),
    ]

    static let probe = "getppid"
    /// ENOTUNIQ: an errno that nothing else here has.
    static let probeAnswer: Int32 = 76

    static func filter() throws(ConfinementError) -> SeccompFilter {
        try SeccompFilter(
            default: .killProcess,
            rules: [(.allow, allowed.map(\.call))] + refused.map { (.errno($0.code), [$0.call]) },
            argumentRules: bounded.map(\.rule))
    }
}
