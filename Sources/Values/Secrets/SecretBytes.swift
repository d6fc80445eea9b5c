// Secrets: bytes that wipe themselves. Owns the only copy of a key or a code; never prints, never compares early.
// No imports but the C library's memory calls; any thread may own one.

internal import Glibc

/// A fixed number of secret bytes in pages of their own: never in a core dump, zero in a child after fork, fenced against
/// reading past them, overwritten when released, and kept out of swap where the kernel allows it (`isLocked`). Has no
/// `description`, is not `Codable`, and cannot be copied by accident.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable, so there is one owner at a time.
    private let pages: SecretPages
    public let count: Int

    /// Takes `count` zero bytes. `count` may be zero.
    public init(count: Int) {
        self.count = count
        pages = SecretPages(count: count)
    }

    /// Takes a copy of `bytes`; whoever made `bytes` wipes them (see `wipe(_:)`).
    public init(copying bytes: borrowing [UInt8]) {
        self.init(count: bytes.count)
        let base = unsafe pages.base
        for index in 0..<bytes.count { unsafe base.storeBytes(of: bytes[index], toByteOffset: index, as: UInt8.self) }
    }

    /// The kernel never writes these bytes to a swap device. False where RLIMIT_MEMLOCK was used up; everything else
    /// that is promised holds then too. See also `SecretMemory.unlockedCount`.
    public var isLocked: Bool { pages.isLocked }

    /// Lends the bytes for reading; they must not be kept.
    public borrowing func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(start: pages.base, count: count))
    }

    /// Lends the bytes for writing; they must not be kept.
    public mutating func withMutableBytes<R, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(UnsafeMutableRawBufferPointer(start: pages.base, count: count))
    }

    /// A copy for an interface that takes arrays; whoever asks for it wipes it.
    public borrowing func copied() -> [UInt8] {
        unsafe withBytes { bytes in
            // SAFETY: read within the closure only.
            unsafe Array(bytes)
        }
    }

    /// Compares in time that depends on the lengths only.
    public borrowing func isEqual(to other: borrowing SecretBytes) -> Bool {
        guard count == other.count else { return false }
        let (mine, theirs) = unsafe (pages.base, other.pages.base)
        var difference: UInt8 = 0
        for index in 0..<count {
            difference |=
                unsafe mine.load(fromByteOffset: index, as: UInt8.self)
                ^ theirs.load(fromByteOffset: index, as: UInt8.self)
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
