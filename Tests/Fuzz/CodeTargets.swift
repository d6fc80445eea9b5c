import Codes
import FuzzKit
import Invoices
import Pictures
import Zbar

/// Pictures that somebody holds before the camera, or names as a file.
enum CodeTargets {
    static let all = [pictureFile, scanner]

    static let pictureFile = FuzzTarget(
        name: "picture-file",
        corpus: [
            Array("P4 9 2\n".utf8) + [0x80, 0x80, 0x01, 0x00],
            Array("P5\n# a comment\n 2 \t1\n255\n".utf8) + [7, 0x0A],
            Array("P5 16 16 255\n".utf8) + [UInt8](repeating: 200, count: 256),
        ], limit: 4096
    ) { input in
        do {
            let picture = try PictureFile.picture(from: input)
            return picture.bytes.count == picture.size.area ? .accepted : .broken("bytes are not pixels")
        } catch {
            return .refused
        }
    }

    /// `vitrine:wallet` as a code of version 1 (21 × 21 modules), drawn by segno: the first module of a row is the
    /// highest of its 21 bits.
    private static let rows: [UInt32] = [
        0x1FCD7F, 0x104341, 0x175E5D, 0x17565D, 0x17515D, 0x105D41, 0x1FD57F, 0x001900, 0x17CF7C, 0x070E51, 0x0FD76E,
        0x1A078D, 0x1DF3CA, 0x0018BF, 0x1FCFC6, 0x105DBD, 0x175A5B, 0x175034, 0x175380, 0x104D8C, 0x1FDA72,
    ]

    /// Three pixels a module, four modules of quiet around, one byte a module: what is changed is the code.
    static let scanner = FuzzTarget(name: "qr-scanner", corpus: [modules], limit: 29 * 29) { input in
        let side = 29 * 3
        var luma = [UInt8](repeating: 255, count: side * side)
        for (index, module) in input.prefix(29 * 29).enumerated() {
            for place in 0..<9 {
                luma[(index / 29 * 3 + place / 3) * side + index % 29 * 3 + place % 3] = module
            }
        }
        guard let picture = LumaPicture(size: PixelSize(width: side, height: side), bytes: luma) else {
            return .broken("bytes are not pixels")
        }
        do {
            var scanner = try CodeScanner()
            let codes = try scanner.scan(picture)
            var search = CodeSearch()
            _ = search.take(codes)
            return codes.isEmpty ? .refused : .accepted
        } catch {
            return .broken("\(error)")
        }
    }

    private static let modules: [UInt8] = (0..<29 * 29).map { index in
        let (row, column) = (index / 29 - 4, index % 29 - 4)
        guard (0..<21).contains(row), (0..<21).contains(column) else { return 255 }
        return rows[row] >> UInt32(20 - column) & 1 == 1 ? 0 : 255
    }
}
