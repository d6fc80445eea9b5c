internal import Glibc
internal import Synchronization

/// What became of the memory that secrets were given.
public enum SecretMemory {
    private static let refused = Atomic<Int>(0)

    /// How many secrets of this process could not be locked into RAM, so far. Above zero, RLIMIT_MEMLOCK is too small.
    public static var unlockedCount: Int { refused.load(ordering: .relaxed) }

    fileprivate static func noteRefusal() { refused.add(1, ordering: .relaxed) }
}

/// Pages for one secret, between two that nobody can touch:
///
///     | no access | unused … secret | no access |
///
/// The secret ends where the last page does (but for alignment), so that reading or writing past it is a fault, not a
/// leak. A page for a few bytes is the price; a terminal holds a handful of secrets.
@safe struct SecretPages: ~Copyable {
    /// The secret's first byte, 16-byte aligned; valid until deinit.
    let base: UnsafeMutableRawPointer
    let isLocked: Bool
    private let inner: UnsafeMutableRawPointer
    private let innerBytes: Int

    private static let pageBytes = sysconf(Int32(_SC_PAGESIZE))
    private static let alignment = 16

    init(count: Int) {
        precondition(count >= 0 && count <= 1 << 30, "a secret is a key or a code, not a gigabyte")
        let page = Self.pageBytes
        let aligned = (max(count, 1) + Self.alignment - 1) / Self.alignment * Self.alignment
        innerBytes = (aligned + page - 1) / page * page
        let whole = unsafe mmap(nil, innerBytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let whole = unsafe whole, unsafe whole != MAP_FAILED else {
            preconditionFailure("no memory for a secret")
        }
        // SAFETY: one page into a mapping of two pages more than `innerBytes`, owned by this value until deinit.
        unsafe inner = whole + page
        // Each of these can fail for want of memory only, and a secret that leaks is worse than a program that ends.
        let isReadable = unsafe mprotect(inner, innerBytes, PROT_READ | PROT_WRITE) == 0
        let isUndumped = unsafe madvise(inner, innerBytes, Int32(MADV_DONTDUMP)) == 0
        let isWipedOnFork = unsafe madvise(inner, innerBytes, Int32(MADV_WIPEONFORK)) == 0
        precondition(
            isReadable && isUndumped && isWipedOnFork,
            "the kernel does not keep a secret's memory out of dumps and children")
        // The limit may refuse: noted, since wiping does not depend on it.
        isLocked = unsafe mlock(inner, innerBytes) == 0
        if !isLocked { SecretMemory.noteRefusal() }
        unsafe base = inner + (innerBytes - aligned)
    }

    deinit {
        unsafe explicit_bzero(inner, innerBytes)
        // Unmapping unlocks. It cannot fail: the range is what `init` mapped.
        _ = unsafe munmap(inner - Self.pageBytes, innerBytes + 2 * Self.pageBytes)
    }
}
