public import Pictures
internal import Wire

/// How large the trusted environment writes; the board's file says which.
public enum TypeSize: String, Equatable, Sendable, CaseIterable {
    case regular
    /// For people who see little: everything is half as large again, and there is less of it on one page.
    case large

    /// The record of a sheet (`small`, `body`, `title`): `glyphs/body`, `glyphs/large-body`.
    public func record(_ sheet: String) -> String { self == .large ? "glyphs/large-\(sheet)" : "glyphs/\(sheet)" }

    /// The same where it is among `names`; else the regular one, which serves where it is as large.
    public func record(_ sheet: String, among names: Set<String>) -> String {
        names.contains(record(sheet)) ? record(sheet) : Self.regular.record(sheet)
    }
}

/// The font sizes that suit a screen: pixels of the em for the sheets `small`, `body` and `title`.
public struct GlyphSizes: Equatable, Sendable {
    public let small: Int
    public let body: Int
    public let title: Int

    /// 15, 21 and 38 at 800×480, in large type 22, 32 and 48; the height of the strip bounds `small`. A larger screen is
    /// farther away but not by as much: beyond 800×480 text grows by three fifths of what the screen does.
    public init(for screen: PixelSize, type: TypeSize = .regular) {
        let percent = min(screen.height * 100 / 480, screen.width * 100 / 800)
        let scale = min(max(percent > 100 ? 100 + (percent - 100) * 3 / 5 : percent, 60), 250)
        func scaled(_ size: Int) -> Int { (size * scale + 50) / 100 }
        switch type {
        case .regular:
            small = min(max(scaled(15), 13), 17)
            body = max(scaled(21), 15)
            title = max(scaled(38), 26)
        case .large:
            small = min(max(scaled(22), 20), screen.height < 720 ? 26 : 36)
            body = max((32 * min(scale, 225) + 50) / 100, 23)
            // What is that large needs no second sheet: those of both sizes and the logos share a grant.
            let regular = max(scaled(38), 26)
            title = regular >= 72 ? regular : max(scaled(48), 33)
        }
    }

    /// A sheet to be made: its record, the em's pixels, the font's weight.
    public struct Sheet: Equatable, Sendable {
        public let record: String
        public let pixels: Int
        public let weight: Int
    }

    /// All that a terminal with this screen gets; its board says which it shows. At most 4.3 MB with an ordinary font.
    public static func sheets(for screen: PixelSize) -> [Sheet] {
        let regular = GlyphSizes(for: screen)
        return TypeSize.allCases.flatMap { type in
            let sizes = GlyphSizes(for: screen, type: type)
            let all = [
                ("small", sizes.small, regular.small, 500), ("body", sizes.body, regular.body, 400),
                ("title", sizes.title, regular.title, 600),
            ]
            return all.filter { type == .regular || $0.1 != $0.2 }
                .map { Sheet(record: type.record($0.0), pixels: $0.1, weight: $0.3) }
        }
    }

    /// What the trusted environment can show: printable ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic, and the
    /// punctuation and currency signs in use. A font leaves out what it lacks.
    public static let scalars: [Unicode.Scalar] = {
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0xA0...0x17F, 0x218...0x21B, 0x386...0x3CE, 0x400...0x45F, 0x2010...0x2015, 0x2018...0x201E,
            0x2022...0x2022, 0x2026...0x2026, 0x2030...0x2030, 0x2039...0x203A, 0x20A0...0x20BF, 0x2116...0x2116,
            0x2190...0x2193, 0x2212...0x2212, 0xFFFD...0xFFFD,
        ]
        return ranges.joined().compactMap(Unicode.Scalar.init)
    }()
}

/// Map keys of the records `glyphs/…` and `logo/…`.
private enum Key {
    static let format: UInt64 = 0
    static let ascent: UInt64 = 1
    static let descent: UInt64 = 2
    /// 16 bytes a glyph, big-endian, by ascending scalar: scalar (4), width (2), height (2), left (2), top (2),
    /// advance (4); left, top and advance in two's complement.
    static let glyphs: UInt64 = 3
    /// The masks of all glyphs in the same order, one byte a pixel.
    static let coverage: UInt64 = 4

    static let width: UInt64 = 1
    static let height: UInt64 = 2
    /// Alpha, red, green, blue for each pixel, row by row; straight alpha.
    static let pixels: UInt64 = 3
}

extension GlyphSheet {
    private static let entryBytes = 16

    public func encoded() -> [UInt8] {
        var index: [UInt8] = []
        var masks: [UInt8] = []
        for (scalar, glyph) in glyphs.sorted(by: { $0.key < $1.key }) {
            append(scalar.value, to: &index)
            append(UInt32(glyph.size.width) << 16 | UInt32(glyph.size.height), to: &index)
            let left = UInt16(bitPattern: Int16(clamping: glyph.left))
            let top = UInt16(bitPattern: Int16(clamping: glyph.top))
            append(UInt32(left) << 16 | UInt32(top), to: &index)
            append(UInt32(bitPattern: Int32(clamping: glyph.advance)), to: &index)
            masks += glyph.coverage
        }
        return CBOR.fields([
            Key.format: .unsigned(CorrespondenceLimits.format), Key.ascent: .unsigned(UInt64(ascent)),
            Key.descent: .unsigned(UInt64(descent)), Key.glyphs: .bytes(index), Key.coverage: .bytes(masks),
        ]).encoded()
    }

    /// Pure; refuses glyphs out of order or out of bounds, and masks that are too long or too short.
    public init(decoding bytes: [UInt8]) throws(CorrespondenceError) {
        let record = try RecordFields(decoding: bytes)
        let side = CorrespondenceLimits.glyphSide
        let ascent = try record.number(Key.ascent, in: 1...side)
        let descent = try record.number(Key.descent, in: 0...side)
        let index = try record.bytes(Key.glyphs)
        let masks = try record.bytes(Key.coverage)
        guard index.count % Self.entryBytes == 0, index.count / Self.entryBytes <= CorrespondenceLimits.glyphs else {
            throw record.bad(Key.glyphs)
        }
        var glyphs: [Unicode.Scalar: Glyph] = [:]
        glyphs.reserveCapacity(index.count / Self.entryBytes)
        var previous: UInt32?
        var start = 0
        for at in stride(from: 0, to: index.count, by: Self.entryBytes) {
            let number = word(index, at)
            guard let scalar = Unicode.Scalar(number), previous.map({ $0 < number }) ?? true else {
                throw record.bad(Key.glyphs)
            }
            previous = number
            let extent = word(index, at + 4)
            let size = PixelSize(width: Int(extent >> 16), height: Int(extent & 0xFFFF))
            let bearing = word(index, at + 8)
            let left = Int(Int16(truncatingIfNeeded: bearing >> 16))
            let top = Int(Int16(truncatingIfNeeded: bearing))
            let advance = Int(Int32(bitPattern: word(index, at + 12)))
            guard size.width <= side, size.height <= side, abs(left) <= side, abs(top) <= side,
                (0...side * 64).contains(advance)
            else { throw record.bad(Key.glyphs) }
            guard masks.count - start >= size.area else { throw .inconsistent }
            glyphs[scalar] = Glyph(
                size: size, left: left, top: top, advance: advance, coverage: Array(masks[start..<start + size.area]))
            start += size.area
        }
        guard start == masks.count else { throw .inconsistent }
        self.init(ascent: ascent, descent: descent, glyphs: glyphs)
    }
}

extension Picture {
    /// The record of a logo with straight alpha.
    public func encodedLogo() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pixels.count * 4)
        for pixel in pixels { append(pixel, to: &bytes) }
        return CBOR.fields([
            Key.format: .unsigned(CorrespondenceLimits.format), Key.width: .unsigned(UInt64(size.width)),
            Key.height: .unsigned(UInt64(size.height)), Key.pixels: .bytes(bytes),
        ]).encoded()
    }

    public init(decodingLogo bytes: [UInt8]) throws(CorrespondenceError) {
        let record = try RecordFields(decoding: bytes)
        let sides = 1...CorrespondenceLimits.logoSide
        let size = PixelSize(
            width: try record.number(Key.width, in: sides), height: try record.number(Key.height, in: sides))
        let raw = try record.bytes(Key.pixels)
        guard raw.count == size.area * 4 else { throw .inconsistent }
        let source = raw.span
        var pixels = [UInt32](repeating: 0, count: size.area)
        var target = pixels.mutableSpan
        for index in 0..<size.area {
            let at = index * 4
            let high = UInt32(source[at]) << 24 | UInt32(source[at + 1]) << 16
            target[index] = high | UInt32(source[at + 2]) << 8 | UInt32(source[at + 3])
        }
        self.init(size: size, pixels: pixels)
    }
}

private func append(_ word: UInt32, to bytes: inout [UInt8]) {
    for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
}

private func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
}
