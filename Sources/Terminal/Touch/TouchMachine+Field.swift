public import Pictures
public import Wire

extension TouchMachine {
    /// What fingers mean at the moment.
    public struct Field: Equatable, Sendable {
        public var targets: [Target]
        /// Where the application's picture is on the screen, if fingers on it are the application's.
        public var picture: Rectangle?

        public init(targets: [Target] = [], picture: Rectangle? = nil) {
            self.targets = targets
            self.picture = picture
        }

        public static let none = Field()
        public static func keys(_ targets: [Target]) -> Field { Field(targets: targets) }
        public static func pointer(_ picture: Rectangle) -> Field { Field(picture: picture) }
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
