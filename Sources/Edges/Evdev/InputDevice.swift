// Evdev: kernel input devices through libevdev, and what the kernel's folders say of them; the only importer of
// CLibevdev. Owns each device's descriptor and grab. Never decides which device may be used, never logs an event, and has
// no thread: a device belongs to whoever reads it.

internal import CLibevdev
internal import Glibc
internal import LinuxBase
internal import Measurements

/// One open input device. Dropping the value lets go of its grab.
// @safe: `device` is valid from init to deinit and never leaves this module.
@safe public struct InputDevice: ~Copyable {
    public let path: String
    public let identity: InputIdentity
    private let file: Descriptor
    let device: OpaquePointer
    private let hasKernelTime: Bool
    /// Events were lost: libevdev is asked for what changed meanwhile before anything new.
    private var isResyncing = false

    /// Opens `path` (`/dev/input/event…`) for reading, without waiting ever.
    public init(_ path: String) throws(EvdevError) {
        // What libevdev says of a device is worded by the device, in part: it does not go to this program's output.
        libevdev_set_log_function(nil, nil)
        let file: Descriptor
        do throws(SystemCallError) {
            file = try Files.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        } catch {
            throw error.code == ENODEV || error.code == ENXIO ? .gone(path: path) : .system(error)
        }
        var opened: OpaquePointer?
        let code = unsafe libevdev_new_from_fd(file.raw, &opened)
        guard code == 0, let device = unsafe opened else {
            switch -code {
            case ENODEV: throw .gone(path: path)
            case ENOTTY, EINVAL: throw .notInput(path: path)
            default: throw .system(SystemCallError("libevdev_new_from_fd(\(path))", -code))
            }
        }
        // Times on another clock would be worse than the time of reading. (Recorded devices cannot do it.)
        hasKernelTime = unsafe libevdev_set_clock_id(device, CLOCK_MONOTONIC) == 0
        identity = unsafe Self.identity(of: device)
        self.path = path
        self.file = file
        unsafe self.device = device
    }

    // Closing the file, which comes next, is what ends the grab.
    deinit { unsafe libevdev_free(device) }

    /// Poll this for reading.
    public var descriptor: Int32 { file.raw }

    /// From here on no other program, and no console, gets this device's events.
    public mutating func grab() throws(EvdevError) {
        let code = unsafe libevdev_grab(device, LIBEVDEV_GRAB)
        switch -code {
        case 0: return
        case EBUSY: throw .held(path: path)
        case ENODEV: throw .gone(path: path)
        default: throw .system(SystemCallError("EVIOCGRAB(\(path))", -code))
        }
    }

    public mutating func ungrab() throws(EvdevError) {
        let code = unsafe libevdev_grab(device, LIBEVDEV_UNGRAB)
        guard code == 0 else {
            throw code == -ENODEV ? .gone(path: path) : .system(SystemCallError("EVIOCGRAB(\(path))", -code))
        }
    }

    /// The keys that the device can send.
    public borrowing func keys() -> Set<InputKey> {
        keys { code in unsafe libevdev_has_event_code(device, UInt32(EV_KEY), UInt32(code)) == 1 }
    }

    /// The keys that are down, as of the events read so far; at first, as of the opening.
    public borrowing func pressedKeys() -> Set<InputKey> {
        keys { code in unsafe libevdev_get_event_value(device, UInt32(EV_KEY), UInt32(code)) != 0 }
    }

    private borrowing func keys(where holds: (UInt16) -> Bool) -> Set<InputKey> {
        Set((0..<UInt16(KEY_CNT)).filter(holds).map(InputKey.init(rawValue:)))
    }

    /// Takes at most `limit` events, oldest first, and never waits.
    ///
    ///     events ──SYN_DROPPED──▶ resync: one event for each key whose state is not as read ──none left──▶ events
    public mutating func read(limit: Int) -> InputBatch {
        var batch = InputBatch(events: [], overruns: 0, end: .more)
        var event = input_event()
        let now = hasKernelTime ? nil : Clock.now()
        for _ in 0..<limit {
            let flag = isResyncing ? LIBEVDEV_READ_FLAG_SYNC : LIBEVDEV_READ_FLAG_NORMAL
            let status = unsafe libevdev_next_event(device, flag.rawValue, &event)
            switch status {
            case Int32(LIBEVDEV_READ_STATUS_SUCCESS.rawValue):
                batch.events.append(InputEvent(event, at: now, isResync: false))
            case Int32(LIBEVDEV_READ_STATUS_SYNC.rawValue) where isResyncing:
                batch.events.append(InputEvent(event, at: now, isResync: true))
            case Int32(LIBEVDEV_READ_STATUS_SYNC.rawValue):
                isResyncing = true
                batch.overruns += 1
            case -EAGAIN where isResyncing:
                isResyncing = false
            case -EAGAIN:
                batch.end = .drained
                return batch
            case -ENODEV:
                batch.end = .failed(.gone(path: path))
                return batch
            default:
                batch.end = .failed(.system(SystemCallError("read(\(path))", -status)))
                return batch
            }
        }
        return batch
    }

    private static func identity(of device: OpaquePointer) -> InputIdentity {
        // SAFETY: strings that belong to the device, which is open; both are copied at once. The name is never NULL.
        let name = unsafe String(cString: libevdev_get_name(device))
        let phys = unsafe libevdev_get_phys(device).map { unsafe String(cString: $0) } ?? ""
        return unsafe InputIdentity(
            name: name, phys: phys, bus: UInt16(truncatingIfNeeded: libevdev_get_id_bustype(device)),
            vendor: UInt16(truncatingIfNeeded: libevdev_get_id_vendor(device)),
            product: UInt16(truncatingIfNeeded: libevdev_get_id_product(device)))
    }
}

extension InputEvent {
    fileprivate init(_ event: input_event, at now: MonotonicTime?, isResync: Bool) {
        let kind: Kind =
            switch Int32(event.type) {
            case EV_SYN: .report
            case EV_KEY: .key
            case EV_ABS: .position
            default: .other(event.type)
            }
        let kernelTime =
            UInt64(truncatingIfNeeded: event.time.tv_sec) &* 1_000_000_000
            &+ UInt64(truncatingIfNeeded: event.time.tv_usec) &* 1000
        self.init(
            kind: kind, code: event.code, value: event.value,
            time: now ?? MonotonicTime(nanoseconds: kernelTime), isResync: isResync)
    }
}
