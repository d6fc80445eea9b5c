// Secrets: bytes that wipe themselves. Owns the only copy of a key or a code; never prints, never compares early.
// No imports but the C library's explicit_bzero; any thread may own one.

internal import Glibc

/// A fixed number of secret bytes in memory of their own. Locked into RAM and left out of core dumps where the kernel
/// allows it, overwritten when released. Has no `description`, is not `Codable`, and cannot be copied by accident.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable, so there is one owner at a time.
    private let base: UnsafeMutableRawPointer
    public let count: Int

    /// Takes `count` zero bytes. `count` may be zero.
    public init(count: Int) {
        self.count = count
        let length = max(count, 1)
        // SAFETY: freshly allocated for `length` bytes and owned by this value until deinit.
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 16)
        unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: length)
        // Advisory: RLIMIT_MEMLOCK may refuse; the wipe below does not depend on it.
        _ = unsafe mlock(base, length)
    }

    /// Takes a copy of `bytes`; whoever made `bytes` wipes them (see `wipe(_:)`).
    public init(copying bytes: borrowing [UInt8]) {
        self.init(count: bytes.count)
        for index in 0..<bytes.count { unsafe base.storeBytes(of: bytes[index], toByteOffset: index, as: UInt8.self) }
    }

    deinit {
        unsafe explicit_bzero(base, max(count, 1))
        _ = unsafe munlock(base, max(count, 1))
        unsafe base.deallocate()
    }

    /// Lends the bytes for reading; they must not be kept.
    public borrowing func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Lends the bytes for writing; they must not be kept.
    public mutating func withMutableBytes<R, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(UnsafeMutableRawBufferPointer(start: base, count: count))
    }

    /// Compares in time that depends on the lengths only.
    public borrowing func isEqual(to other: borrowing SecretBytes) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for index in 0..<count {
            difference |=
                unsafe base.load(fromByteOffset: index, as: UInt8.self)
                ^ other.base.load(fromByteOffset: index, as: UInt8.self)
        }
        return difference == 0
    }
}

/// Overwrites an array that held secret bytes, then empties it. Only as good as the array's uniqueness: keep secrets in
/// `SecretBytes` and use this for what an interface forces into an array.
public func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { buffer in
        if let base = buffer.baseAddress { unsafe explicit_bzero(base, buffer.count) }
    }
    bytes = []
}
