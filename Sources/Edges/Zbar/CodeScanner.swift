// Zbar: finds QR codes in pictures; the only importer of CZbar. Reads foreign pictures in C, so pictures are bounded
// and every other kind of code is turned off. Holds no picture after a scan. No thread of its own: a scanner belongs to
// one.

internal import CZbar
public import Pictures

public enum ZbarError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A call that set the scanner up returned an error.
    case setUp(step: String)
    /// Larger than `CodeScanner.side`.
    case tooLarge(PixelSize)
    /// The library gave up on the picture.
    case scan

    public var description: String {
        switch self {
        case .setUp(let step): "the code scanner cannot be set up: \(step)"
        case .tooLarge(let size): "a picture of \(size) is too large to be searched for codes"
        case .scan: "the code scanner gave up on a picture"
        }
    }
}

/// Reads QR codes.
// @safe: `scanner` is valid from init to deinit and never leaves this value.
@safe public struct CodeScanner: ~Copyable {
    /// Longest side of a picture, pixels.
    public static let side = 4096
    /// Codes that one picture may give; the rest are left out.
    public static let codes = 16
    private let scanner: OpaquePointer

    public init() throws(ZbarError) {
        guard let scanner = unsafe zbar_image_scanner_create() else { throw .setUp(step: "create") }
        // Other kinds of codes find what is none in any wall of bricks.
        guard unsafe zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0) == 0,
            unsafe zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1) == 0,
            // The bytes as they are: the library would guess an encoding and convert from it.
            unsafe zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1) == 0
        else {
            unsafe zbar_image_scanner_destroy(scanner)
            throw .setUp(step: "configure")
        }
        unsafe self.scanner = unsafe scanner
    }

    deinit { unsafe zbar_image_scanner_destroy(scanner) }

    /// What the codes in `picture` hold, in the library's order; empty when there are none.
    public mutating func scan(_ picture: LumaPicture) throws(ZbarError) -> [[UInt8]] {
        guard picture.size.width <= Self.side, picture.size.height <= Self.side else { throw .tooLarge(picture.size) }
        guard let image = unsafe zbar_image_create() else { throw .scan }
        defer { unsafe zbar_image_destroy(image) }
        // 'Y800': one byte a pixel.
        unsafe zbar_image_set_format(image, 0x3030_3859)
        unsafe zbar_image_set_size(image, UInt32(picture.size.width), UInt32(picture.size.height))
        let found = unsafe picture.bytes.withUnsafeBytes { bytes in
            // SAFETY: the bytes outlive the scan, and the image lets go of them before this closure ends.
            unsafe zbar_image_set_data(image, bytes.baseAddress, UInt(bytes.count), nil)
            defer { unsafe zbar_image_set_data(image, nil, 0, nil) }
            return unsafe zbar_scan_image(scanner, image)
        }
        guard found >= 0 else { throw .scan }
        return unsafe contents(of: image)
    }

    /// The image's symbols, copied.
    private func contents(of image: OpaquePointer) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var symbol = unsafe zbar_image_first_symbol(image)
        while let current = unsafe symbol, result.count < Self.codes {
            let count = unsafe Int(zbar_symbol_get_data_length(current))
            if let data = unsafe zbar_symbol_get_data(current), unsafe zbar_symbol_get_type(current) == ZBAR_QRCODE {
                // SAFETY: the library's length of the library's data, which lives as long as the image.
                unsafe result.append(Array(UnsafeRawBufferPointer(start: data, count: count)))
            }
            unsafe symbol = zbar_symbol_next(current)
        }
        return result
    }
}
