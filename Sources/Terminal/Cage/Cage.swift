// Cage: what the decoder is confined by: the walls, the order in which they go up, and the proof of each. Owns nothing and
// starts nothing. One thread, the only one that there is.

internal import Confinement
internal import LinuxBase

/// From a normal process to one that can compute, talk over one socket, and nothing else.
public enum Cage {
    /// Closes the cage for good, with `socket` inside and up to `room` bytes of memory more than are mapped by now. Before it,
    /// everything must be open that is needed: the codec, the mapped buffers. A throw means that a wall is missing: end.
    ///
    /// Each wall is looked at after it is built, as a kernel, a container or a library may say yes and do nothing.
    public static func close(keeping socket: Int32, room: Int) throws(CageError) {
        // First, because privileges, Landlock and the filter hold for the calling thread.
        try checkAlone()
        // While files can still be opened.
        let limits = try limits(room: room)
        try system { () throws(SystemCallError) in try Process.endFirstWhenMemoryRunsOut() }
        try closeDescriptors(except: socket)
        try dropPrivileges()
        // After the privileges, which it asks for, and before the limits, as its rules are a descriptor for a moment.
        try closeLandlock()
        try confinement { () throws(ConfinementError) in try limits.apply() }
        // Last: it takes away the calls that all of the above is made of.
        try confinement { () throws(ConfinementError) in try CageCalls.filter().load() }
        try checkFilter()
    }

    private static func checkAlone() throws(CageError) {
        let threads = try system { () throws(SystemCallError) in try Files.names(in: "/proc/self/task") }
        guard threads.count == 1 else { throw .notClosed("there are \(threads.count) threads") }
    }

    /// No process, file or dump can be made; memory has a bound.
    private static func limits(room: Int) throws(CageError) -> ResourceLimits {
        let used = try system { () throws(SystemCallError) in try Process.addressSpaceBytes() }
        return ResourceLimits(
            addressSpaceBytes: UInt64(used + room), processes: 0, openFiles: 0, fileBytes: 0, lockedBytes: 0,
            noCoreDumps: true)
    }

    /// Also standard output and error: nothing is printed. Mapped memory stays without its descriptors.
    private static func closeDescriptors(except socket: Int32) throws(CageError) {
        let open = try system { () throws(SystemCallError) in
            try Process.closeDescriptors(from: socket + 1)
            for number in 0..<socket { _ = Descriptor(owning: number) }
            return try Files.names(in: "/proc/self/fd")
        }
        // The listing itself is open while it is read, under the lowest number that was free.
        guard open == ["0", "\(socket)"] else { throw .notClosed("open descriptors \(open)") }
    }

    private static func dropPrivileges() throws(CageError) {
        try system { () throws(SystemCallError) in
            try Process.dropCapabilities()
            try Process.forbidNewPrivileges()
        }
        guard try !system({ () throws(SystemCallError) in try Process.hasCapabilities() }) else {
            throw .notClosed("capabilities are left")
        }
        guard !Process.mayGainPrivileges else { throw .notClosed("privileges can be gained") }
    }

    private static func closeLandlock() throws(CageError) {
        let version = try system { () throws(SystemCallError) in try Landlock.denyEverything() }
        guard version > 0 else { return }
        guard Landlock.isInForce else { throw .notClosed("Landlock lets the root folder be read") }
    }

    private static func checkFilter() throws(CageError) {
        // The C library hands the kernel's answer through: it knows no error of this call.
        guard Process.parentNumber == -CageCalls.probeAnswer else { throw .notClosed("the filter is not in force") }
    }

    private static func system<R>(_ body: () throws(SystemCallError) -> R) throws(CageError) -> R {
        do throws(SystemCallError) { return try body() } catch { throw .system(error) }
    }

    private static func confinement(_ body: () throws(ConfinementError) -> Void) throws(CageError) {
        do throws(ConfinementError) { try body() } catch { throw .confinement(error) }
    }
}
