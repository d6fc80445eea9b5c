internal import Glibc
internal import Secrets

/// Room for one answer of a card, in memory that wipes itself. Reused from command to command; each answer is erased
/// before the next.
public struct ResponseBuffer: ~Copyable, Sendable {
    /// The longest answer: 65,536 bytes of data and the status word (ISO/IEC 7816-4, 5.1).
    public static let limit = 65_536 + 2

    private var bytes: SecretBytes
    /// Bytes of the last answer.
    public private(set) var count = 0

    public init() { bytes = SecretBytes(count: Self.limit) }

    /// Lends the last answer, status word included; it must not be kept.
    public borrowing func withBytes<R: ~Copyable>(_ body: (RawSpan) -> R) -> R {
        var result: R?
        let count = self.count
        unsafe bytes.withBytes { whole in
            // SAFETY: the span ends with this closure, and the closure before the buffer.
            unsafe result = body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: whole.prefix(count))))
        }
        guard let result = result.take() else { preconditionFailure("the closure runs once") }
        return result
    }

    /// Erases the last answer.
    public mutating func wipe() {
        let used = count
        count = 0
        unsafe bytes.withMutableBytes { unsafe explicit_bzero($0.baseAddress!, used) }
    }

    /// Lends the whole room for writing; `body` returns its result, zero for success, and how many bytes it wrote.
    mutating func fill(_ body: (UnsafeMutableRawBufferPointer) -> (code: Int, count: Int)) -> Int {
        wipe()
        let (code, written) = unsafe bytes.withMutableBytes { whole in unsafe body(whole) }
        // What a call that failed left there, if anything, has no length.
        count = code == 0 ? min(written, Self.limit) : Self.limit
        if code != 0 { wipe() }
        return code
    }
}
