// The system calls of a cell, as data. What is not listed is answered with ENOSYS, as by an older kernel: libraries then
// take the way that they took before the call existed (clone3 → clone). Whoever adds a call writes down why.

public import Confinement

/// One reason and the calls that it covers.
public struct CallGroup: Sendable {
    public let reason: String
    public let action: SeccompFilter.Action
    public let calls: [String]
}

/// The filter of every sandbox cell.
public enum CellCalls {
    /// EPERM; errno.h is out of reach of a table.
    private static let refused = SeccompFilter.Action.errno(1)

    public static let groups: [CallGroup] = [
        CallGroup(
            reason: "memory of one's own", action: .allow,
            calls: words(
                """
                brk mmap munmap mprotect mremap madvise mincore msync mlock mlock2 munlock mlockall munlockall membarrier
                memfd_create pkey_alloc pkey_free pkey_mprotect
                """)),
        CallGroup(
            reason: "files: what there is to open is the mounts' business", action: .allow,
            calls: words(
                """
                open openat openat2 creat close close_range read write readv writev pread64 pwrite64 preadv pwritev preadv2
                pwritev2 lseek dup dup2 dup3 fcntl flock fsync fdatasync sync_file_range ftruncate truncate fallocate
                fadvise64 readahead sendfile copy_file_range splice tee stat fstat lstat newfstatat statx statfs fstatfs
                access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd chdir fchdir mkdir mkdirat
                rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat mknod mknodat chmod fchmod
                fchmodat chown lchown fchown fchownat umask utime utimes utimensat futimesat getxattr lgetxattr fgetxattr
                listxattr llistxattr flistxattr inotify_init inotify_init1 inotify_add_watch inotify_rm_watch ioctl
                """)),
        CallGroup(
            reason: "waiting and time", action: .allow,
            calls: words(
                """
                poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd
                eventfd2 timerfd_create timerfd_settime timerfd_gettime signalfd signalfd4 pipe pipe2 futex futex_waitv
                set_robust_list get_robust_list nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time
                timer_create timer_settime timer_gettime timer_getoverrun timer_delete alarm setitimer getitimer pause
                sched_yield restart_syscall
                """)),
        CallGroup(
            reason: "sockets inside the cell; socket and socketpair are limited to AF_UNIX below", action: .allow,
            calls: words(
                """
                bind listen accept accept4 connect getsockname getpeername sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg
                setsockopt getsockopt shutdown
                """)),
        CallGroup(
            reason: "processes and threads; clone is limited to those without a namespace below", action: .allow,
            calls: words(
                """
                fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill rt_sigaction rt_sigprocmask
                rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo rt_sigsuspend sigaltstack getpid
                getppid gettid getpgid getpgrp setpgid getsid setsid set_tid_address rseq pidfd_open pidfd_send_signal prctl
                arch_prctl getrlimit setrlimit prlimit64 getrusage times sysinfo uname getcpu getrandom
                sched_getaffinity sched_setaffinity sched_getparam sched_setparam sched_getscheduler sched_setscheduler
                sched_getattr sched_setattr sched_get_priority_max sched_get_priority_min getpriority setpriority
                """)),
        CallGroup(
            reason: "identity: with one user in the namespace and no capability these change nothing", action: .allow,
            calls: words(
                """
                getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid setresuid
                setresgid setgroups setfsuid setfsgid capget capset
                """)),
        CallGroup(
            reason: "a program may confine itself further", action: .allow,
            calls: words("seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self")),
        CallGroup(
            reason: "decent libraries probe for these; all are wide doors into the kernel", action: refused,
            calls: words(
                """
                unshare setns chroot bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl
                add_key request_key name_to_handle_at fanotify_init personality quotactl syslog
                """)),
        CallGroup(
            reason: "no decent program calls these: other processes' memory, mounts, the machine itself",
            action: .killProcess,
            calls: words(
                """
                ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd mount umount2 pivot_root open_tree
                move_mount fsopen fsconfig fsmount fspick mount_setattr open_by_handle_at kexec_load kexec_file_load
                init_module finit_module delete_module reboot swapon swapoff acct iopl ioperm settimeofday clock_settime
                adjtimex clock_adjtime sethostname setdomainname vhangup lookup_dcookie
                """)),
    ]

    public static let argumentRules: [SeccompFilter.ArgumentRule] = [
        // AF_UNIX is 1. There is no network to reach; this closes its code in the kernel as well.
        .init(action: .allow, call: "socket", argument: 0, value: 1),
        .init(action: .allow, call: "socketpair", argument: 0, value: 1),
        // CLONE_NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET and NEWNS must be clear.
        .init(action: .allow, call: "clone", argument: 0, mask: 0x7E02_0000, value: 0),
    ]

    /// What Chromium's own sandbox is made with, in web cells only: user namespaces, in which its pages' processes have no
    /// file, no network and no other process. The kernel's code for namespaces is then open to whoever takes over the
    /// browser's first process, which is why other cells do without.
    public static let webGroups: [CallGroup] = [
        CallGroup(
            reason: "a root without files, entered in a namespace of one's own", action: .allow, calls: ["chroot"]),
        CallGroup(reason: "namespaces below the cell's", action: .allow, calls: ["unshare", "clone"]),
    ]

    /// ENOSYS for all that is not listed.
    public static func filter(for kind: CellSpecification.Kind) throws(ConfinementError) -> SeccompFilter {
        guard kind == .web else {
            return try SeccompFilter(
                default: .errno(38), rules: groups.map { ($0.action, $0.calls) }, argumentRules: argumentRules)
        }
        let opened = Set(webGroups.flatMap(\.calls))
        let rules = (groups + webGroups).map { group in
            (group.action, group.action == .allow ? group.calls : group.calls.filter { !opened.contains($0) })
        }
        return try SeccompFilter(
            default: .errno(38), rules: rules, argumentRules: argumentRules.filter { !opened.contains($0.call) })
    }

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
