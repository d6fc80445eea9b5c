public import Pictures
public import Wire

extension TouchMachine {
    /// What fingers mean at the moment.
    public enum Field: Equatable, Sendable {
        case none
        case keys([Target])
        /// Where the application's picture is on the screen.
        case pointer(Rectangle)
    }

    public struct Target: Equatable, Sendable {
        public var key: Key
        public var area: Rectangle
        public init(key: Key, area: Rectangle) {
            self.key = key
            self.area = area
        }
    }

    public enum Action: Equatable, Sendable {
        /// Show a finger on this key, or on none.
        case show(Key?)
        case press(Key)
        case pointer(PointerEvent)
    }
}
