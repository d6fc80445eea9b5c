import Glibc
import Secrets
import Testing

@Suite struct SecretBytesTests {
    private func contents(_ secret: borrowing SecretBytes) -> [UInt8] { unsafe secret.withBytes { unsafe Array($0) } }

    @Test func `new secret bytes are zero, of the count asked for`() {
        for count in [0, 1, 32, 4096] {
            let secret = SecretBytes(count: count)
            #expect(secret.count == count)
            #expect(contents(secret) == [UInt8](repeating: 0, count: count))
        }
    }

    @Test func `what is written is what is read`() {
        var secret = SecretBytes(copying: [1, 2, 3])
        unsafe secret.withMutableBytes { unsafe $0[1] = 9 }
        #expect(contents(secret) == [1, 9, 3])
    }

    @Test func `secrets are equal when length and every byte are`() {
        func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool { SecretBytes(copying: a).isEqual(to: SecretBytes(copying: b)) }
        #expect(equal([1, 2, 3], [1, 2, 3]))
        #expect(equal([], []))
        #expect(!equal([1, 2, 3], [1, 2]))
        #expect(!equal([1, 2, 3], [1, 2, 4]))
        #expect(!equal([1, 2, 3], [0x81, 2, 3]))
        // Two differences must not cancel out.
        #expect(!equal([1, 2], [2, 1]))
    }

    @Test func `an error of the body passes through`() {
        struct Failure: Error {}
        let secret = SecretBytes(count: 4)
        do throws(Failure) {
            try unsafe secret.withBytes { (_) throws(Failure) in throw Failure() }
            Issue.record("nothing was thrown")
        } catch {
            // What was thrown, typed.
        }
    }

    @Test func `a released secret is no longer in memory`() throws {
        let pattern = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 5) }
        var address: UInt = 0
        do {
            let secret = SecretBytes(copying: pattern)
            address = unsafe secret.withBytes { UInt(bitPattern: $0.baseAddress) }
            #expect(try memory(at: address, count: 256) == pattern)
        }
        // The place is gone, or something else's by now; it does not hold what we wrote.
        let after = try memory(at: address, count: 256)
        #expect(after.isEmpty || zip(after, pattern).filter { $0 == $1 }.count < 64)
    }

    @Test func `a secret's pages are left out of dumps, wiped on fork, and locked`() throws {
        for count in [0, 1, 32, 4096, 10000] {
            let refused = SecretMemory.unlockedCount
            let secret = SecretBytes(copying: [UInt8](repeating: 7, count: count))
            let address = unsafe secret.withBytes { UInt(bitPattern: $0.baseAddress) }
            let place = try #require(try mapping(at: address), "not mapped")
            #expect(place.flags.isSuperset(of: ["rd", "wr", "dd", "wf"]))
            #expect(!place.flags.contains("sh"), "private")
            // Under a limit of nothing at all, the promise is kept by telling.
            #expect(place.flags.contains("lo") == secret.isLocked)
            #expect(secret.isLocked || SecretMemory.unlockedCount > refused)
            #expect(address % 16 == 0)
        }
    }

    @Test func `what lies beside a secret cannot be touched, and the secret ends where its pages do`() throws {
        for count in [1, 32, 4096, 5000] {
            let secret = SecretBytes(count: count)
            let address = unsafe secret.withBytes { UInt(bitPattern: $0.baseAddress) }
            let place = try #require(try mapping(at: address), "not mapped")
            #expect(place.range.upperBound - (address + UInt(count)) < 16)
            for fence in [place.range.lowerBound - 1, place.range.upperBound] {
                let flags = try #require(try mapping(at: fence), "not mapped").flags
                #expect(flags.isDisjoint(with: ["rd", "wr", "ex"]))
            }
        }
    }

    @Test func `many secrets are given back`() throws {
        let before = try mappings().count
        for _ in 0..<1000 { _ = SecretBytes(count: 32) }
        #expect(try mappings().count < before + 100)
    }

    @Test func `a secret that cannot be locked says so, and holds what it is given`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            // Not as root: for root there is no limit.
            var none = rlimit(rlim_cur: 0, rlim_max: 0)
            let which = __rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue)
            guard unsafe setrlimit(which, &none) == 0, geteuid() != 0 || setuid(65534) == 0 else { exit(1) }
            let secret = SecretBytes(copying: [1, 2, 3])
            let isWhole = unsafe secret.withBytes { unsafe Array($0) == [1, 2, 3] }
            exit(!secret.isLocked && SecretMemory.unlockedCount == 1 && isWhole ? 7 : 2)
        }
    }

    @Test func `a child after fork sees zeros`() throws {
        let secret = SecretBytes(copying: [UInt8](repeating: 0x5A, count: 64))
        let plain = [UInt8](repeating: 0x5A, count: 64)
        var pipes: [Int32] = [-1, -1]
        let made = unsafe pipe(&pipes)
        try #require(made == 0)
        defer { for number in pipes { close(number) } }
        let child = try forked()
        if child == 0 {
            // In the child: nothing but system calls.
            let sent = unsafe secret.withBytes { unsafe write(pipes[1], $0.baseAddress, 64) }
            let control = unsafe plain.withUnsafeBytes { unsafe write(pipes[1], $0.baseAddress, 64) }
            _exit(sent == 64 && control == 64 ? 0 : 1)
        }
        var status: Int32 = 0
        let ended = unsafe waitpid(child, &status, 0)
        #expect(ended == child && status == 0)
        var seen = [UInt8](repeating: 1, count: 128)
        let count = unsafe read(pipes[0], &seen, 128)
        #expect(count == 128)
        #expect(seen[..<64].allSatisfy { $0 == 0 })
        #expect(seen[64...].allSatisfy { $0 == 0x5A }, "a child sees other memory")
        #expect(contents(secret) == [UInt8](repeating: 0x5A, count: 64))
    }

    @Test func `wiping an array empties it and overwrites its bytes`() throws {
        var bytes = [UInt8](repeating: 0xa7, count: 512)
        let address = unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(try memory(at: address, count: 512).filter { $0 == 0xa7 }.count == 512)
        wipe(&bytes)
        #expect(bytes.isEmpty)
        #expect(try memory(at: address, count: 512).filter { $0 == 0xa7 }.count < 128)
        var none: [UInt8] = []
        wipe(&none)
        #expect(none.isEmpty)
    }

    /// fork(2), which Swift withholds for good reasons: the child may do nothing but system calls.
    private func forked() throws -> Int32 {
        guard let symbol = unsafe dlsym(nil, "fork") else { throw NoFork() }
        return unsafe unsafeBitCast(symbol, to: (@convention(c) () -> Int32).self)()
    }

    struct NoFork: Error {}

    private struct Mapping {
        var range: Range<UInt>
        /// Of the line VmFlags (proc(5), smaps).
        var flags: Set<Substring>
    }

    private func mapping(at address: UInt) throws -> Mapping? { try mappings().first { $0.range.contains(address) } }

    private func mappings() throws -> [Mapping] {
        let file = try unsafe #require(fopen("/proc/self/smaps", "r"))
        defer { unsafe fclose(file) }
        var result: [Mapping] = []
        var range: Range<UInt>?
        var line = [CChar](repeating: 0, count: 8192)
        while unsafe fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split { $0 == " " || $0 == "\n" }
            if words.first == "VmFlags:", let found = range {
                result.append(Mapping(range: found, flags: Set(words.dropFirst())))
            } else if let ends = words.first?.split(separator: "-"), ends.count == 2,
                let start = UInt(ends[0], radix: 16), let end = UInt(ends[1], radix: 16)
            {
                range = start..<end
            }
        }
        return result
    }

    struct NoMemoryFile: Error {}

    /// This process's memory as the kernel sees it: reading freed memory is then an answer and not undefined.
    private func memory(at address: UInt, count: Int) throws -> [UInt8] {
        let file = unsafe open("/proc/self/mem", O_RDONLY)
        guard file >= 0 else { throw NoMemoryFile() }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        let n = unsafe pread(file, &bytes, count, off_t(address))
        return Array(bytes.prefix(max(0, n)))
    }
}
