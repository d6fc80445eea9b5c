// PNG: writes pictures as PNG files (ISO/IEC 15948), and nothing else: there is no reader here, since the trusted
// environment parses no pictures but its own. The only importer of CZlib. Pure functions; any thread.

internal import CZlib
public import Pictures

/// Why a picture could not be written as PNG.
public enum PNGError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A PNG has at least one row and one column, and each side fits 31 bits.
    case size(PixelSize)
    /// zlib's return code.
    case compression(code: Int32)

    public var description: String {
        switch self {
        case .size(let size): "a PNG cannot be \(size)"
        case .compression(let code): "zlib returned \(code)"
        }
    }
}

extension Picture {
    /// The picture as a PNG file: 8 bits a channel, no interlace. `withAlpha` keeps the alpha channel (straight, as PNG
    /// wants it); otherwise it is left out and the pixels are taken as opaque.
    public func png(withAlpha: Bool = false) throws(PNGError) -> [UInt8] {
        guard size.width > 0, size.height > 0, size.width <= 1 << 20, size.height <= 1 << 20 else {
            throw .size(size)
        }
        let compressed = try deflated(scanlines(withAlpha: withAlpha))
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let colourType: UInt8 = withAlpha ? 6 : 2
        appendChunk(
            "IHDR", bigEndian(UInt32(size.width)) + bigEndian(UInt32(size.height)) + [8, colourType, 0, 0, 0],
            to: &file)
        appendChunk("IDAT", compressed, to: &file)
        appendChunk("IEND", [], to: &file)
        return file
    }

    /// Rows of R, G, B (, A), each after its filter byte. Filter "up" suits screens: most rows repeat the one above.
    private func scanlines(withAlpha: Bool) -> [UInt8] {
        let channels = withAlpha ? 4 : 3
        let rowBytes = 1 + size.width * channels
        var bytes = [UInt8](repeating: 0, count: rowBytes * size.height)
        var out = bytes.mutableSpan
        let pixels = self.pixels.span
        for y in 0..<size.height {
            var at = y * rowBytes
            out[at] = 2
            at += 1
            let row = y * size.width
            for x in 0..<size.width {
                let pixel = pixels[row + x]
                let above = y == 0 ? 0 : pixels[row - size.width + x]
                out[at] = channel(pixel, 16) &- channel(above, 16)
                out[at + 1] = channel(pixel, 8) &- channel(above, 8)
                out[at + 2] = channel(pixel, 0) &- channel(above, 0)
                if withAlpha { out[at + 3] = channel(pixel, 24) &- channel(above, 24) }
                at += channels
            }
        }
        return bytes
    }
}

private func channel(_ pixel: UInt32, _ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: pixel >> shift) }

private func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// zlib's stream of `bytes` (RFC 1950). Level 1: pictures are written while somebody waits for the next frame.
private func deflated(_ bytes: [UInt8]) throws(PNGError) -> [UInt8] {
    var count = compressBound(uLong(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(count))
    let code = unsafe result.withUnsafeMutableBufferPointer { target in
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe compress2(target.baseAddress, &count, source.baseAddress, uLong(source.count), 1)
        }
    }
    guard code == Z_OK else { throw .compression(code: code) }
    result.removeLast(result.count - Int(count))
    return result
}

/// Length, type, data, and the CRC of type and data (ISO/IEC 15948 §5.3).
private func appendChunk(_ type: String, _ data: [UInt8], to file: inout [UInt8]) {
    let body = Array(type.utf8) + data
    let sum = unsafe body.withUnsafeBufferPointer { unsafe crc32(0, $0.baseAddress, uInt($0.count)) }
    file += bigEndian(UInt32(data.count))
    file += body
    file += bigEndian(UInt32(truncatingIfNeeded: sum))
}
