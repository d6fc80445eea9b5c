import Glibc
import LinuxBase
import Testing

@Suite struct ProcessMemoryTests {
    /// `VmLck` of /proc/self/status, bytes.
    private static func lockedBytes() throws -> Int {
        let status = String(decoding: try Files.read("/proc/self/status", limit: 1 << 16), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmLck:") }
        return (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0) << 10
    }

    @Test func `all memory is locked, also what comes later, or nothing is and the caller is told`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let before = try Self.lockedBytes()
            let isLocked = try Process.lockAllMemory()
            let after = try Self.lockedBytes()
            guard isLocked else { exit(after == before ? 7 : 1) }
            let later = unsafe mmap(nil, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard unsafe later != MAP_FAILED else { exit(2) }
            let last = try Self.lockedBytes()
            exit(after > before && last >= after + 64 << 20 ? 7 : 3)
        }
    }

    @Test func `under a limit that cannot be raised nothing is locked, and allocations go on`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            var limit = rlimit(rlim_cur: 1 << 16, rlim_max: 1 << 20)
            let which = __rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue)
            // Not as root: root raises any limit.
            guard unsafe setrlimit(which, &limit) == 0, geteuid() != 0 || setuid(65534) == 0 else { exit(1) }
            guard try !Process.lockAllMemory(), try Self.lockedBytes() == 0 else { exit(2) }
            guard unsafe getrlimit(which, &limit) == 0, limit.rlim_cur == 1 << 20 else { exit(3) }
            exit([UInt8](repeating: 1, count: 8 << 20).count == 8 << 20 ? 7 : 4)
        }
    }
}
