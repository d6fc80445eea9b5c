// DBus: this process on a message bus, through libsystemd's sd-bus; the only importer of CSystemd. Owns the connection
// and the calls that came in over it; speaks no interface of its own but what the bus demands (Peer). Never waits but
// where it says so. Has no thread: a connection and its calls belong to whoever polls it.

internal import CSystemd
internal import Glibc
public import LinuxBase

/// A connection to a message bus that takes method calls. Poll `descriptor` for `events` until `timeout`, then call `next`
/// until it returns nil.
// @safe: `bus` is valid from init to deinit and never leaves this module.
@safe public struct BusConnection: ~Copyable {
    private let bus: OpaquePointer

    /// Messages taken in one `next`, so that a flood of signals cannot hold up the caller.
    private static let messagesAtOnce = 64

    /// Connects to the bus at `address` (as in the D-Bus specification, "Server Addresses"), or to the user's session
    /// bus: DBUS_SESSION_BUS_ADDRESS, else the socket in XDG_RUNTIME_DIR.
    public init(_ address: String? = nil) throws(DBusError) {
        var opened: OpaquePointer?
        guard let address else {
            let code = unsafe sd_bus_open_user(&opened)
            guard code >= 0, let bus = unsafe opened else {
                throw .connection(SystemCallError("sd_bus_open_user", -code))
            }
            unsafe self.bus = bus
            return
        }
        var code = unsafe sd_bus_new(&opened)
        guard code >= 0, let bus = unsafe opened else { throw .connection(SystemCallError("sd_bus_new", -code)) }
        code = unsafe sd_bus_set_address(bus, address)
        if code >= 0 { code = unsafe sd_bus_set_bus_client(bus, 1) }
        if code >= 0 { code = unsafe sd_bus_start(bus) }
        guard code >= 0 else {
            unsafe sd_bus_close_unref(bus)
            throw .connection(SystemCallError("sd_bus_start", -code))
        }
        unsafe self.bus = bus
    }

    // Replies that are still queued go out first.
    deinit { unsafe sd_bus_flush_close_unref(bus) }

    public var descriptor: Int32 { unsafe sd_bus_get_fd(bus) }

    public var events: Poll.Events {
        // SAFETY: poll(2)'s bits, or a negative errno: then there is nothing to ask for, and `next` says why.
        let bits = unsafe sd_bus_get_events(bus)
        return bits < 0 ? [] : Poll.Events(rawValue: Int16(truncatingIfNeeded: bits))
    }

    /// How long until `next` is to be called even if the descriptor is not ready; nil is for ever.
    public var timeout: Duration? {
        var until: UInt64 = 0
        guard unsafe sd_bus_get_timeout(bus, &until) > 0, until != UInt64.max else { return nil }
        // Absolute microseconds of CLOCK_MONOTONIC; zero is "at once".
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        let now = UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
        return .microseconds(Int64(clamping: until > now ? until - now : 0))
    }

    /// The name under which the bus knows this connection (`:1.42`). Waits for the bus to say hello.
    public borrowing func uniqueName() throws(DBusError) -> String {
        var name: UnsafePointer<CChar>?
        let code = unsafe sd_bus_get_unique_name(bus, &name)
        guard code >= 0, let name = unsafe name else {
            throw .connection(SystemCallError("sd_bus_get_unique_name", -code))
        }
        return unsafe String(cString: name)
    }

    /// Takes a well-known name, or throws when somebody has it. Waits for the bus (25 seconds at most).
    public borrowing func request(name: String) throws(DBusError) {
        let code = unsafe sd_bus_request_name(bus, name, 0)
        guard code < 0 else { return }
        switch -code {
        case EEXIST: throw .nameTaken(name)
        case ECONNRESET, ENOTCONN: throw .disconnected
        default: throw .nameRefused(name, SystemCallError("sd_bus_request_name", -code))
        }
    }

    /// Gives a name back: calls that are on their way still come, later ones start somebody else. Waits for the bus.
    public borrowing func release(name: String) throws(DBusError) {
        let code = unsafe sd_bus_release_name(bus, name)
        guard code >= 0 || code == -ESRCH || code == -EADDRINUSE else { throw .call("sd_bus_release_name", code) }
    }

    /// The next method call; nil when there is none yet. Never waits. Signals and stray replies are dropped.
    public mutating func next() throws(DBusError) -> BusCall? {
        for _ in 0..<Self.messagesAtOnce {
            var message: OpaquePointer?
            let code = unsafe sd_bus_process(bus, &message)
            guard code >= 0 else { throw .call("sd_bus_process", code) }
            if let message = unsafe message {
                if let call = unsafe BusCall(taking: message) { return call }
            } else if code == 0 {
                return nil
            }
        }
        return nil  // `timeout` is zero as long as messages wait.
    }
}
