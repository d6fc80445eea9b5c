internal import Glibc
public import LinuxBase

/// Why a card, a commit or a buffer was not to be had.
public enum DRMError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A call that failed, by the name that libdrm or the kernel's headers give it.
    case system(SystemCallError)
    /// The card only renders, or has no connector or no controller.
    case notDisplay(path: String)
    /// The driver knows the old interface only.
    case notAtomic(path: String, driver: String)
    /// No memory that a display could import: for each source in turn, why not.
    case noMemory(String)

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .notDisplay(let path): "\(path) has no display: it renders only, or nothing can be connected to it"
        case .notAtomic(let path, let driver): "\(path): the driver \(driver) has no atomic modesetting"
        case .noMemory(let reasons): "no memory for the display: \(reasons)"
        }
    }

    /// The commit before has not ended: wait for its flip. Also a mode set that waits for another one.
    public var isBusy: Bool { code == EBUSY }
    /// Somebody else drives the card now, or this process may not.
    public var isNotMaster: Bool { code == EACCES || code == EPERM }
    /// The card, or the part of it that was named, is not there any more: look at the layout again, or open it anew.
    public var isGone: Bool { code == ENODEV || code == ENXIO || code == ENOENT || code == EIO }

    /// The card as a whole is not there any more.
    public var isCardGone: Bool { code == ENODEV || code == ENXIO }

    private var code: Int32? {
        guard case .system(let error) = self else { return nil }
        return error.code
    }

    /// Reads `errno`; use it in the expression right after the call.
    static func last(_ call: String) -> DRMError { .system(SystemCallError(call, errno)) }

    static func converting<R: ~Copyable>(_ body: () throws(SystemCallError) -> R) throws(DRMError) -> R {
        do throws(SystemCallError) { return try body() } catch { throw .system(error) }
    }
}

/// For calls that return zero or fail. libdrm has two habits, -1 with errno and -errno; after EPERM, which is 1, errno is
/// set either way. Call it with the call itself as the argument, so that nothing runs in between.
func check(_ code: Int32, _ call: String) throws(DRMError) {
    guard code < 0 else { return }
    throw code == -1 ? .last(call) : .system(SystemCallError(call, -code))
}

extension Int {
    /// A number on its way into a 32-bit field of the kernel's; EINVAL, as the kernel would say, when it does not fit.
    func word(_ call: String) throws(DRMError) -> UInt32 {
        guard let word = UInt32(exactly: self) else { throw .system(SystemCallError(call, EINVAL)) }
        return word
    }
}
