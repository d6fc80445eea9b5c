internal import CLibdrm
internal import Glibc
public import LinuxBase

extension DisplayCard {
    /// Does all of `request` at once, or nothing. The errors that a stage must tell apart: `isBusy` while the commit before
    /// is under way (with `nonBlocking`), `isNotMaster`, `isGone`; EINVAL and ERANGE are the driver's "cannot be done".
    /// `token` comes back in the `FlipEvent`.
    public func commit(_ request: AtomicRequest, _ flags: CommitFlags, token: UInt64 = 0) throws(DRMError) {
        guard let handle = unsafe drmModeAtomicAlloc() else {
            throw .system(SystemCallError("drmModeAtomicAlloc", ENOMEM))
        }
        defer { unsafe drmModeAtomicFree(handle) }
        for assignment in request.assignments {
            let code = unsafe drmModeAtomicAddProperty(
                handle, assignment.object, assignment.property, assignment.value)
            try check(code, "drmModeAtomicAddProperty")
        }
        // libdrm takes the token for a pointer of the caller's and hands its bits to the kernel.
        try unsafe check(
            drmModeAtomicCommit(
                descriptor, handle, flags.rawValue, UnsafeMutableRawPointer(bitPattern: UInt(token))),
            "drmModeAtomicCommit")
    }

    /// The same, with a fence that the kernel signals once the commit is done: `outFence` names a controller and its
    /// OUT_FENCE_PTR (the commit has reached the screen), or a write-back connector and its WRITEBACK_OUT_FENCE_PTR (the
    /// picture has reached memory). The result is readable then, in `Poll`. Nil after `testOnly`.
    public func commit(
        _ request: AtomicRequest, _ flags: CommitFlags, token: UInt64 = 0,
        outFence: (object: UInt32, property: UInt32)
    ) throws(DRMError) -> Descriptor? {
        // SAFETY: the kernel writes 32 bits through the pointer before the call returns, and not afterwards. The number
        // that it writes is an open descriptor that nobody else owns.
        var number: Int32 = -1
        try unsafe withUnsafeMutablePointer(to: &number) { (pointer) throws(DRMError) in
            var request = request
            request.set(outFence.object, outFence.property, UInt64(UInt(bitPattern: pointer)))
            try commit(request, flags, token: token)
        }
        return number < 0 ? nil : Descriptor(owning: number)
    }

    /// The flips that have happened since the last call, in order; none yet is an empty list, also when the card is gone.
    public func takeFlips() throws(DRMError) -> [FlipEvent] {
        // The kernel gives whole events only; the largest known has 40 bytes.
        var buffer = [UInt8](repeating: 0, count: 4096)
        var flips: [FlipEvent] = []
        while true {
            let transfer = try DRMError.converting { () throws(SystemCallError) in try file.read(into: &buffer) }
            guard case .bytes(let count) = transfer else { return flips }
            flips += FlipEvent.parse(buffer[..<count])
        }
    }
}
