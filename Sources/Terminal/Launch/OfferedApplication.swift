internal import Wire

/// An application as the trusted environment offers it to the rich side: its own name and face, and nothing of where it
/// runs.
public struct OfferedApplication: Equatable, Sendable {
    public var application: String
    /// For menus; clean in the sense of `WireText`, 1…256 bytes.
    public var title: String
    public var icon: LaunchIcon?

    public init(application: String, title: String, icon: LaunchIcon? = nil) {
        self.application = application
        self.title = title
        self.icon = icon
    }
}

/// A small picture: straight (not premultiplied) `0xAARRGGBB`, row by row.
public struct LaunchIcon: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public let pixels: [UInt32]

    /// Nil unless both sides are 1…`LaunchLimits.iconSide` and `pixels` is as long as they say.
    public init?(width: Int, height: Int, pixels: [UInt32]) {
        let sides = 1...LaunchLimits.iconSide
        guard sides.contains(width), sides.contains(height), pixels.count == width * height else { return nil }
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// Map keys.
private enum Field {
    static let application: UInt64 = 1
    static let title: UInt64 = 2
    static let width: UInt64 = 3
    static let height: UInt64 = 4
    /// Four bytes a pixel: A, R, G, B.
    static let pixels: UInt64 = 5
}

extension OfferedApplication {
    /// Room for everything of an application but its icon.
    private static let bytesWithoutIcon = 512

    /// At most `LaunchLimits.applications`, and in all less than `LaunchLimits.listBytes`: what is offered comes before
    /// how it looks, so icons for which there is no room any more are left out.
    static func cbor(of applications: [OfferedApplication]) -> CBOR {
        let offered = applications.prefix(LaunchLimits.applications)
        var room = LaunchLimits.listBytes - (offered.count + 1) * bytesWithoutIcon
        var items: [CBOR] = []
        for application in offered {
            let bytes = (application.icon?.pixels.count ?? 0) * 4
            let fits = bytes <= room
            if fits { room -= bytes }
            items.append(application.cbor(withIcon: fits))
        }
        return .array(items)
    }

    /// Nil when anything in it is missing, out of range, or there twice.
    static func list(_ items: [CBOR]) -> [OfferedApplication]? {
        guard items.count <= LaunchLimits.applications else { return nil }
        let applications = items.compactMap(OfferedApplication.init)
        guard applications.count == items.count else { return nil }
        return Set(applications.map(\.application)).count == items.count ? applications : nil
    }

    private func cbor(withIcon: Bool) -> CBOR {
        let text = WireText.cleaned(title)
        let icon = withIcon ? icon : nil
        return .fields([
            Field.application: .text(application), Field.title: .text(text.isEmpty ? application : text),
            Field.width: icon.map { .unsigned(UInt64($0.width)) },
            Field.height: icon.map { .unsigned(UInt64($0.height)) }, Field.pixels: icon.map { .bytes($0.bytes) },
        ])
    }

    private init?(_ item: CBOR) {
        guard let application = item[Field.application]?.text, ApplicationName.isValid(application),
            let title = item[Field.title]?.text, WireText.isClean(title, bytes: 1...WireLimits.textBytes)
        else { return nil }
        self.init(application: application, title: title)
        switch (item[Field.width], item[Field.height], item[Field.pixels]) {
        case (nil, nil, nil): break
        case (.unsigned(let width), .unsigned(let height), .bytes(let bytes)):
            guard let icon = LaunchIcon(width: width, height: height, bytes: bytes) else { return nil }
            self.icon = icon
        default: return nil
        }
    }
}

extension LaunchIcon {
    fileprivate var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(pixels.count * 4)
        for pixel in pixels {
            for shift: UInt32 in [24, 16, 8, 0] { result.append(UInt8(truncatingIfNeeded: pixel >> shift)) }
        }
        return result
    }

    fileprivate init?(width: UInt64, height: UInt64, bytes: [UInt8]) {
        let side = UInt64(LaunchLimits.iconSide)
        guard width <= side, height <= side, UInt64(bytes.count) == width * height * 4 else { return nil }
        let pixels = stride(from: 0, to: bytes.count, by: 4).map { at in
            bytes[at..<at + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        self.init(width: Int(width), height: Int(height), pixels: pixels)
    }
}
