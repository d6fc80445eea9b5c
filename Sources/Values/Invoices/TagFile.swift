/// Where a tag keeps its message, and how much it gives at a time: from its capability container (NFC Forum Type 4
/// Tag).
struct TagFile: Sendable {
    static let container: UInt16 = 0xE103
    /// The container's shortest form, and where an extended file control object ends.
    static let descriptionBytes = 15
    static let extendedBytes = 17

    let identifier: UInt16
    /// The file's size, the length field included.
    let size: Int
    /// Most bytes of one answer: the tag's MLe, and 255, which every reader takes without extended lengths.
    let pieceBytes: Int
    /// The message's length field: NLEN has two bytes, ENLEN of an extended file four.
    let lengthBytes: Int

    /// A tag of mapping version 3 may have a file beyond 32 KiB, described in two more bytes (tag 06).
    static func isExtended(_ description: [UInt8]) -> Bool {
        description.count == descriptionBytes && description[2] >> 4 == 3 && description[7] == 0x06
    }

    /// `description`: 15 bytes, or 17 of an extended one.
    ///
    ///     length 2 | version | MLe 2 | MLc 2 | 04 06 file 2 size 2 read write
    ///                                         | 06 08 file 2 size 4 read write
    init(description: [UInt8]) throws(TagFault) {
        let isExtended = description.count == Self.extendedBytes
        func number(_ range: Range<Int>) -> Int { description[range].reduce(0) { $0 << 8 | Int($1) } }
        guard number(0..<2) >= description.count, number(0..<2) < 0xFFFF else { throw .malformed }
        guard (2...3).contains(description[2] >> 4) else { throw .unknownVersion(description[2]) }
        let maximum = number(3..<5)
        // The specification: fewer than fifteen bytes at a time are no tag's.
        guard maximum >= Self.descriptionBytes else { throw .malformed }
        guard number(7..<9) == (isExtended ? 0x0608 : 0x0406) else { throw .malformed }
        let identifier = UInt16(number(9..<11))
        switch identifier {
        case 0x0000, 0xE102, Self.container, 0x3F00, 0x3FFF, 0xFFFF: throw .malformed
        default: break
        }
        guard description[isExtended ? 15 : 13] == 0x00 else { throw .locked }
        self.identifier = identifier
        size = number(11..<(isExtended ? 15 : 13))
        pieceBytes = min(maximum, 255)
        lengthBytes = isExtended ? 4 : 2
        guard size > lengthBytes else { throw .malformed }
    }

    /// The message's length, from the file's length field.
    func messageCount(_ field: [UInt8]) throws(TagFault) -> Int {
        let count = field.reduce(0) { $0 << 8 | Int($1) }
        guard count > 0 else { throw .empty }
        guard count <= size - lengthBytes else { throw .malformed }
        guard count + lengthBytes <= InvoiceLimits.messageBytes else { throw .overLimit }
        return count
    }

    func piece(of rest: Int) -> Int { min(rest, pieceBytes) }
}

/// An answer without its status, which stands beside it.
struct TagAnswer {
    let bytes: [UInt8]
    let status: UInt16

    func requireSuccess() throws(TagFault) {
        guard status == 0x9000 else { throw .refused(status: status) }
    }

    func exactly(_ count: Int) throws(TagFault) -> [UInt8] {
        try requireSuccess()
        guard bytes.count == count else { throw .malformed }
        return bytes
    }

    /// A tag may give less than was asked for, but something.
    func upTo(_ count: Int) throws(TagFault) -> [UInt8] {
        try requireSuccess()
        guard (1...count).contains(bytes.count) else { throw .malformed }
        return bytes
    }
}

extension RawSpan {
    func octet(_ index: Int) -> UInt8 {
        // Any bits are a byte, and unsafeLoad checks the bounds.
        unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    func octets(_ range: Range<Int>) -> [UInt8] { range.map { octet($0) } }
}
