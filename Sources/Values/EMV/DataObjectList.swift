/// A data object list (EMV Book 3 §5.4): tags and the lengths in which a card wants their values, without tags, in a
/// row.
public struct DataObjectList: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public let tag: CardTag
        /// 0…255: a list has lengths of one byte, all eight bits of which count.
        public let length: Int

        public init(tag: CardTag, length: Int) {
            self.tag = tag
            self.length = length
        }
    }

    public let entries: [Entry]

    /// Reads a list. There is no padding in one: a byte 00 is no tag, and a tag without its length is cut short. The
    /// same tag twice is answered twice, as the rules have it.
    public init(decoding bytes: [UInt8]) throws(CardFormatError) {
        var entries: [Entry] = []
        var rest = bytes[...]
        while let first = rest.popFirst() {
            var tag = UInt32(first)
            guard first != 0x00, first != 0xFF else { throw .badTag }
            if first & 0x1F == 0x1F {
                var count = 1
                repeat {
                    guard let next = rest.popFirst() else { throw .truncated }
                    guard count < 3, count > 1 || next & 0x7F != 0 else { throw .badTag }
                    tag = tag << 8 | UInt32(next)
                    count += 1
                } while tag & 0x80 != 0
            }
            guard let length = rest.popFirst() else { throw .truncated }
            entries.append(Entry(tag: CardTag(rawValue: tag), length: Int(length)))
        }
        self.entries = entries
    }

    /// Bytes of the values in a row.
    public var dataLength: Int { entries.reduce(0) { $0 + $1.length } }

    /// The values in a row. Zeros stand for what `value` does not know and for templates, which no terminal has.
    public func data(_ value: (CardTag) -> TerminalValue?) -> [UInt8] {
        entries.flatMap { entry in
            let known = entry.tag.isConstructed ? nil : value(entry.tag)
            return (known ?? TerminalValue([])).fitted(to: entry.length)
        }
    }
}
