public import Measurements

/// One event of an input device.
public struct InputEvent: Equatable, Sendable {
    /// Event types of linux/input-event-codes.h; those that nobody here reads are kept as their number.
    public enum Kind: Equatable, Sendable {
        /// EV_SYN: the end of what happened at once.
        case report
        /// EV_KEY: value 0 is released, 1 pressed, 2 repeated.
        case key
        /// EV_ABS.
        case position
        case other(UInt16)
    }

    public var kind: Kind
    public var code: UInt16
    public var value: Int32
    /// When the kernel saw it; when it was read, for a device that cannot tell times of CLOCK_MONOTONIC.
    public var time: MonotonicTime
    /// Made up from the device's state after events were lost, to bring the reader to that state.
    public var isResync: Bool

    public init(
        kind: Kind, code: UInt16, value: Int32, time: MonotonicTime = MonotonicTime(nanoseconds: 0),
        isResync: Bool = false
    ) {
        self.kind = kind
        self.code = code
        self.value = value
        self.time = time
        self.isResync = isResync
    }
}

/// What one read of a device brought.
public struct InputBatch: Equatable, Sendable {
    public enum End: Equatable, Sendable {
        /// Nothing more now: poll.
        case drained
        /// The limit was reached. The rest may wait in this process, where poll does not see it: read again.
        case more
        /// The device failed after these events.
        case failed(EvdevError)
    }

    public var events: [InputEvent]
    /// Times that the kernel's buffer ran over, so that presses may be missing (SYN_DROPPED).
    public var overruns: Int
    public var end: End
}
