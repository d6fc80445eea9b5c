internal import CLibevdev

/// An axis by its number in linux/input-event-codes.h; those of multitouch panels (type B) by name.
public struct InputAxis: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// ABS_MT_SLOT: which finger the values after it are of.
    public static let slot = InputAxis(rawValue: UInt16(ABS_MT_SLOT))
    /// ABS_MT_TRACKING_ID: a finger's name while it is down; −1 when it is lifted.
    public static let tracking = InputAxis(rawValue: UInt16(ABS_MT_TRACKING_ID))
    public static let x = InputAxis(rawValue: UInt16(ABS_MT_POSITION_X))
    public static let y = InputAxis(rawValue: UInt16(ABS_MT_POSITION_Y))
    /// ABS_MT_TOUCH_MAJOR: the longer diameter of what touches, in units of x and y.
    public static let breadth = InputAxis(rawValue: UInt16(ABS_MT_TOUCH_MAJOR))
    /// ABS_MT_TOOL_TYPE: finger, pen or palm.
    public static let tool = InputAxis(rawValue: UInt16(ABS_MT_TOOL_TYPE))
    /// MT_TOOL_PALM, a value of `tool`.
    public static let palm: Int32 = 2
}

/// What an axis says of itself.
public struct AxisRange: Equatable, Sendable {
    public var least: Int32
    public var most: Int32
    /// Units in a millimetre; 0 where the driver does not say.
    public var resolution: Int32

    public init(least: Int32, most: Int32, resolution: Int32 = 0) {
        self.least = least
        self.most = most
        self.resolution = resolution
    }
}

extension InputDevice {
    /// Nil for an axis that the device has not.
    public borrowing func range(of axis: InputAxis) -> AxisRange? {
        // SAFETY: the description belongs to the device, which is open, and is copied at once.
        guard let info = unsafe libevdev_get_abs_info(device, UInt32(axis.rawValue)) else { return nil }
        return unsafe AxisRange(
            least: info.pointee.minimum, most: info.pointee.maximum, resolution: info.pointee.resolution)
    }

    /// How many fingers a multitouch panel tells apart; 0 for what is none of type B.
    public borrowing func slots() -> Int { max(Int(unsafe libevdev_get_num_slots(device)), 0) }

    /// Which slot the next values are of.
    public borrowing func currentSlot() -> Int { max(Int(unsafe libevdev_get_current_slot(device)), 0) }

    /// A slot's value, as of the events read so far; 0 for an axis or a slot that the device has not.
    public borrowing func value(of axis: InputAxis, slot: Int) -> Int32 {
        unsafe libevdev_get_slot_value(device, UInt32(clamping: slot), UInt32(axis.rawValue))
    }
}
