import CLibevdev
import Evdev
import Glibc
import LinuxBase

/// An input device made through /dev/uinput: to everybody else it is as if plugged in, and unplugged when the value ends.
// @safe: `device` is valid from init to deinit and never leaves this value.
@safe struct VirtualKeypad: ~Copyable {
    let path: String
    private let device: OpaquePointer

    /// A USB device, as it says. Without keys it is a knob (EV_REL).
    init(_ name: String, vendor: UInt16 = 0x1209, product: UInt16 = 0x0001, hasKeys: Bool = true) throws {
        guard let model = unsafe libevdev_new() else { throw SystemCallError("libevdev_new", ENOMEM) }
        defer { unsafe libevdev_free(model) }
        unsafe libevdev_set_name(model, name)
        unsafe libevdev_set_id_bustype(model, Int32(InputIdentity.usb))
        unsafe libevdev_set_id_vendor(model, Int32(vendor))
        unsafe libevdev_set_id_product(model, Int32(product))
        if hasKeys {
            for code in 1..<UInt32(KEY_MICMUTE) {
                unsafe libevdev_enable_event_code(model, UInt32(EV_KEY), code, nil)
            }
        } else {
            unsafe libevdev_enable_event_code(model, UInt32(EV_REL), UInt32(REL_DIAL), nil)
        }
        var made: OpaquePointer?
        // LIBEVDEV_UINPUT_OPEN_MANAGED, an enum's constant of -2: the library opens /dev/uinput and closes it.
        let code = unsafe libevdev_uinput_create_from_device(model, -2, &made)
        guard code == 0, let device = unsafe made else { throw SystemCallError("libevdev_uinput_create", -code) }
        unsafe self.device = device
        // SAFETY: the string belongs to the device and is copied at once.
        path = unsafe libevdev_uinput_get_devnode(device).map { unsafe String(cString: $0) } ?? ""
    }

    deinit { unsafe libevdev_uinput_destroy(device) }

    /// 1 presses, 0 releases.
    func send(_ key: String, _ value: Int32) throws {
        guard let code = InputKey(named: key) else { throw SystemCallError("key \(key)", EINVAL) }
        try write(UInt32(EV_KEY), UInt32(code.rawValue), value)
        try write(UInt32(EV_SYN), UInt32(SYN_REPORT), 0)
    }

    func tap(_ key: String) throws {
        try send(key, 1)
        try send(key, 0)
    }

    private func write(_ type: UInt32, _ code: UInt32, _ value: Int32) throws {
        let result = unsafe libevdev_uinput_write_event(device, type, code, value)
        guard result == 0 else { throw SystemCallError("libevdev_uinput_write_event", -result) }
    }
}
