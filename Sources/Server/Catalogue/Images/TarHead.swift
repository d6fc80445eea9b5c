/// One head block of a tar archive, its checksum checked.
struct TarHead {
    private let block: [UInt8]
    let size: Int
    let type: UInt8

    /// `block` has 512 bytes.
    init(_ block: [UInt8]) throws(TarReader.Problem) {
        // The sum over all bytes, those of the sum itself as blanks.
        let sum = block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 0x20 : Int(block[$1])) }
        guard try Self.number(block[148..<156]) == sum else { throw .malformed("a head's checksum is wrong") }
        type = block[156]
        size = try Self.number(block[124..<136])
        self.block = block
    }

    /// Only where no extension says it in full: then this is the beginning of it, cut even inside a letter.
    var link: String { get throws(TarReader.Problem) { try Self.text(block[157..<257]) } }

    /// As `link`.
    var path: String {
        get throws(TarReader.Problem) {
            let name = try Self.text(block[0..<100])
            // POSIX has a first part of the path where GNU has other things.
            guard block[257..<263].elementsEqual("ustar\0".utf8) else { return name }
            let prefix = try Self.text(block[345..<500])
            return prefix.isEmpty ? name : prefix + "/" + name
        }
    }

    /// Up to the first zero byte, in UTF-8.
    static func text(_ bytes: ArraySlice<UInt8>) throws(TarReader.Problem) -> String {
        guard let text = String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self) else {
            throw .malformed("a name in it is not UTF-8")
        }
        return text
    }

    /// Octal digits between blanks and zeros, or GNU's form: the highest bit, then big-endian.
    static func number(_ field: ArraySlice<UInt8>) throws(TarReader.Problem) -> Int {
        let problem = TarReader.Problem.malformed("a number in it is unreadable")
        var result = 0
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80 else { throw problem }
            for byte in field.dropFirst() {
                guard result < 1 << 50 else { throw problem }
                result = result << 8 | Int(byte)
            }
            guard result < 1 << 50 else { throw problem }
            return result
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        for digit in digits {
            guard (0x30...0x37).contains(digit), result < 1 << 46 else { throw problem }
            result = result << 3 | Int(digit - 0x30)
        }
        return result
    }
}
