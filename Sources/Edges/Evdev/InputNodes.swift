internal import LinuxBase

/// An input device as the kernel lists it, before anybody has opened it.
public struct InputNode: Equatable, Sendable {
    /// `event3`.
    public var file: String
    /// `/dev/input/event3`.
    public var path: String
    public var identity: InputIdentity
    /// Which of the names that were asked for lead here: the path itself, or a link that udev made.
    public var names: Set<String>
    /// Which of the udev tags that were asked for it carries.
    public var tags: Set<String>

    public init(
        file: String, path: String, identity: InputIdentity, names: Set<String> = [], tags: Set<String> = []
    ) {
        self.file = file
        self.path = path
        self.identity = identity
        self.names = names
        self.tags = tags
    }
}

/// Where the kernel and udev show the input devices. Looking opens no device.
public struct InputFolders: Equatable, Sendable {
    /// Device nodes, with udev's links in `by-path` and `by-id`.
    public var devices: String
    /// `class/input` of sysfs.
    public var classes: String
    /// One folder for each udev tag, with a file for each device (`c13:67`).
    public var tags: String

    public static let system = InputFolders(
        devices: "/dev/input", classes: "/sys/class/input", tags: "/run/udev/tags")

    public init(devices: String, classes: String, tags: String) {
        self.devices = devices
        self.classes = classes
        self.tags = tags
    }

    /// Bytes of one attribute; sysfs never has more.
    private static let attributeBytes = 4096

    /// All devices in the order of their numbers. A device that goes away meanwhile is left out.
    public func nodes(names: Set<String> = [], tags: Set<String> = []) -> [InputNode] {
        // No folder is no device.
        let files = (try? Files.names(in: classes)) ?? []
        let numbers = files.compactMap { file in Self.number(of: file[...]) }.sorted()
        let targets = names.map { ($0, target(of: $0)) }
        return numbers.compactMap { number in
            let file = "event\(number)"
            guard let identity = identity(of: file) else { return nil }
            return InputNode(
                file: file, path: "\(devices)/\(file)", identity: identity,
                names: Set(targets.filter { $0.1 == file }.map(\.0)),
                tags: tags.isEmpty ? [] : self.tags(of: file, among: tags))
        }
    }

    /// `event3` for `/dev/input/event3` and for a link to it; nil for what leads nowhere or to no event device.
    func target(of path: String) -> String? {
        let end = Files.linkTarget(path) ?? (Files.exists(path) ? path : "")
        guard let last = end.split(separator: "/").last, let number = Self.number(of: last) else { return nil }
        return "event\(number)"
    }

    private func identity(of file: String) -> InputIdentity? {
        let folder = "\(classes)/\(file)/device"
        guard let name = attribute("\(folder)/name") else { return nil }
        return InputIdentity(
            name: name, phys: attribute("\(folder)/phys") ?? "", bus: number("\(folder)/id/bustype"),
            vendor: number("\(folder)/id/vendor"), product: number("\(folder)/id/product"))
    }

    private func tags(of file: String, among wanted: Set<String>) -> Set<String> {
        guard let number = attribute("\(classes)/\(file)/dev") else { return [] }
        return wanted.filter { Files.exists("\(tags)/\($0)/c\(number)") }
    }

    /// The value without the line end that sysfs puts behind it.
    private func attribute(_ path: String) -> String? {
        // A device that has just gone away has no attributes any more.
        guard var bytes = try? Files.read(path, limit: Self.attributeBytes) else { return nil }
        if bytes.last == 0x0A { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func number(_ path: String) -> UInt16 { attribute(path).flatMap { UInt16($0, radix: 16) } ?? 0 }

    private static func number(of file: Substring) -> UInt32? {
        guard file.hasPrefix("event") else { return nil }
        return UInt32(file.dropFirst(5))
    }
}
