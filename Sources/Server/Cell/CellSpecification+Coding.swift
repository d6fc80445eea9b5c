internal import Pictures
internal import Wire

extension CellSpecification {
    /// Longest encoding that the jailer reads.
    public static let encodedBytes = 64 << 10
    /// Ranges that a specification is held to on both sides of the descriptor.
    static let sides = 16...UInt64(WireLimits.pictureSide)
    static let wordBytes = 1024
    static let pathBytes = 1024
    static let words = 1...32
    static let libraryFolders = 16

    public func encoded() -> [UInt8] {
        CBOR.fields([
            0: .text(application), 1: .text(kind.rawValue), 2: .text(root), 3: .array(command.map { .text($0) }),
            4: .unsigned(UInt64(size.width)), 5: .unsigned(UInt64(size.height)), 6: .bytes(request),
            7: .array(
                [limits.memoryBytes, limits.cpuSeconds, limits.processes, limits.openFiles, limits.fileBytes]
                    .map { .unsigned($0) }),
            8: .array(libraries.map { .text($0) }), 9: image.map { .text($0) },
        ]).encoded()
    }

    /// Throws `.specification` with the name of the field that is missing or out of range.
    public init(decoding bytes: [UInt8]) throws(CellError) {
        guard bytes.count <= Self.encodedBytes else { throw .specification("length") }
        let item: CBOR
        do throws(WireError) { item = try CBOR(decoding: bytes) } catch { throw .specification("encoding") }
        guard let application = item[0]?.text else { throw .specification("application") }
        guard let kind = item[1]?.text.flatMap(Kind.init(rawValue:)) else { throw .specification("kind") }
        guard let root = item[2]?.text else { throw .specification("root") }
        guard let command = Self.texts(item[3]) else { throw .specification("command") }
        guard let width = item[4]?.unsigned, let height = item[5]?.unsigned, Self.sides.contains(width),
            Self.sides.contains(height)
        else { throw .specification("size") }
        guard let request = item[6]?.bytes else { throw .specification("request") }
        let numbers = item[7]?.array?.compactMap(\.unsigned) ?? []
        guard numbers.count == 5 else { throw .specification("limits") }
        guard let libraries = Self.texts(item[8]) else { throw .specification("libraries") }
        guard item[9] == nil || item[9]?.text != nil else { throw .specification("image") }
        self.init(
            application: application, kind: kind, root: root, command: command,
            size: PixelSize(width: Int(width), height: Int(height)), request: request,
            limits: CellLimits(
                memoryBytes: numbers[0], cpuSeconds: numbers[1], processes: numbers[2], openFiles: numbers[3],
                fileBytes: numbers[4]), libraries: libraries, image: item[9]?.text)
        try check()
    }

    /// Holds every field to its range.
    public func check() throws(CellError) {
        guard (1...WireLimits.identifierBytes).contains(application.utf8.count) else {
            throw .specification("application")
        }
        guard Self.isPath(root) else { throw .specification("root") }
        guard image.map(Self.isPath) != false else { throw .specification("image") }
        guard Self.words.contains(command.count), Self.isPath(command[0]),
            command.allSatisfy({ $0.utf8.count <= Self.wordBytes && !$0.utf8.contains(0) })
        else { throw .specification("command") }
        guard Self.sides.contains(UInt64(clamping: size.width)), Self.sides.contains(UInt64(clamping: size.height))
        else { throw .specification("size") }
        guard libraries.count <= Self.libraryFolders, libraries.allSatisfy(Self.isPath) else {
            throw .specification("libraries")
        }
        let l = limits
        guard (16 << 20...1 << 40).contains(l.memoryBytes), (1...1 << 20).contains(l.cpuSeconds),
            (4...4096).contains(l.processes), (16...65536).contains(l.openFiles),
            (4096...1 << 32).contains(l.fileBytes)
        else { throw .specification("limits") }
    }

    /// Absolute, of reasonable length, without a step up.
    private static func isPath(_ path: String) -> Bool {
        path.utf8.first == 0x2f && path.utf8.count <= pathBytes && !path.utf8.contains(0)
            && !path.split(separator: "/").contains("..")
    }

    private static func texts(_ item: CBOR?) -> [String]? {
        guard let items = item?.array else { return nil }
        let texts = items.compactMap(\.text)
        return texts.count == items.count ? texts : nil
    }
}
