// Codes: a merchant's code before the camera or in a picture file becomes an invoice, or a launch address. Judges
// nothing and sends nothing: what it found goes to whoever asked. The camera has a thread of its own while it is asked
// for.

public import Pictures

/// Why a picture file is none that is read here. Carries nothing of the file.
public enum PictureFileError: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLarge(bytes: Int, limit: Int)
    /// Neither `P4` nor `P5`, or a header that does not say how large the picture is.
    case badHeader
    /// More pixels a side than `PictureFile.side`, or none.
    case badSize
    /// Not as many bytes as pixels.
    case badLength

    public var description: String {
        switch self {
        case .tooLarge(let bytes, let limit): "the picture has \(bytes) bytes, \(limit) are allowed"
        case .badHeader: "the picture is no PBM or PGM file"
        case .badSize: "the picture has a side of no pixels, or of more than \(PictureFile.side)"
        case .badLength: "the picture is cut short, or something follows it"
        }
    }
}

/// A picture as a file: Netpbm's binary bitmap (`P4`) or grey map of 8 bits (`P5`). Formats with compression are left
/// to the rich side (`convert code.png code.pgm`): their libraries have no place in the trusted environment.
public enum PictureFile {
    public static let side = 4096
    public static let byteLimit = side * side + 1024

    /// Reads foreign bytes: pure, bounded by `byteLimit`.
    public static func picture(from bytes: [UInt8]) throws(PictureFileError) -> LumaPicture {
        guard bytes.count <= byteLimit else { throw .tooLarge(bytes: bytes.count, limit: byteLimit) }
        var header = Header(rest: bytes[...])
        guard bytes.starts(with: [0x50, 0x34]) || bytes.starts(with: [0x50, 0x35]) else { throw .badHeader }
        let isBitmap = bytes[1] == 0x34
        header.rest = header.rest.dropFirst(2)
        guard let width = header.number(), let height = header.number() else { throw .badHeader }
        guard isBitmap || header.number() == 255 else { throw .badHeader }
        // One byte of white space, and then nothing but pixels.
        guard let space = header.rest.popFirst(), Header.isSpace(space) else { throw .badHeader }
        guard (1...side).contains(width), (1...side).contains(height) else { throw .badSize }
        let size = PixelSize(width: width, height: height)
        let luma = isBitmap ? bits(header.rest, size) : Array(header.rest)
        guard let luma, let picture = LumaPicture(size: size, bytes: luma) else { throw .badLength }
        return picture
    }

    /// Rows of whole bytes, the most significant bit first, 1 black.
    private static func bits(_ bytes: ArraySlice<UInt8>, _ size: PixelSize) -> [UInt8]? {
        let stride = (size.width + 7) / 8
        guard bytes.count == stride * size.height else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(size.area)
        for row in 0..<size.height {
            for column in 0..<size.width {
                let byte = bytes[bytes.startIndex + row * stride + column / 8]
                result.append(byte & 0x80 >> UInt8(column % 8) == 0 ? 255 : 0)
            }
        }
        return result
    }

    private struct Header {
        var rest: ArraySlice<UInt8>

        static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

        /// The next number, after white space and comments; nil for anything else, and beyond six digits.
        mutating func number() -> Int? {
            guard skip() else { return nil }
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...6).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }

        /// At least one space, comments to the end of their lines; false when there is none.
        private mutating func skip() -> Bool {
            guard let first = rest.first, Self.isSpace(first) else { return false }
            while let byte = rest.first, Self.isSpace(byte) || byte == 0x23 {
                rest = byte == 0x23 ? rest.drop { $0 != 0x0A } : rest.dropFirst()
            }
            return true
        }
    }
}
