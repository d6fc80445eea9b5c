// Keys: where keys come from when there is no keypad of the board: a script, or the terminal (tty) of a developer.
// Owns that descriptor. Never sends, numbers or logs a key. Lives on the terminal's main thread.

public import Measurements
public import Wire

/// A source of keys for a poll loop: wait until `descriptor` is readable or `deadline` has come, then `read`.
public protocol Keypad: ~Copyable {
    /// Poll this for reading. Negative when there is nothing to wait for at the moment (poll skips it).
    var descriptor: Int32 { get }
    /// Call `read` at this time even if nothing is readable; nil when only the descriptor matters.
    var deadline: MonotonicTime? { get }
    /// The keys pressed since the last call, in order; none is not an error. Never waits.
    mutating func read(now: MonotonicTime) throws(KeysError) -> [Key]
}
