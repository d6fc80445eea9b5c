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
        // The allocator may have used the place again, or given it back; it does not hold what we wrote.
        let after = try memory(at: address, count: 256)
        #expect(after.isEmpty || zip(after, pattern).filter { $0 == $1 }.count < 64)
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
