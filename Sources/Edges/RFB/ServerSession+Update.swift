internal import Glibc
public import Pictures

extension RFBServerSession {
    /// Answers the open request from a picture of `size` at `pixels` (`0xAARRGGBB` words, rows `stride` bytes apart) by
    /// one Raw rectangle in `output`. False when nothing is owed (see `wantsUpdate`).
    /// `pixels` must be valid for `size.height` rows for the length of the call.
    @unsafe public mutating func update(pixels: UnsafeRawPointer, stride: Int) -> Bool {
        guard let area = beginUpdate() else { return false }
        precondition(stride >= size.width * 4, "rows overlap")
        output += [0, 0, 0, 1]
        for number in [area.x, area.y, area.width, area.height] { output += UInt16(number).bytes }
        output += [0, 0, 0, 0]
        let start = output.count
        let rowBytes = area.width * 4
        output.append(contentsOf: repeatElement(0, count: rowBytes * area.height))
        let format = format
        unsafe output.withUnsafeMutableBytes { bytes in
            for row in 0..<area.height {
                // SAFETY: `beginUpdate` cut the area to the picture, and `output` was grown by exactly these rows.
                let source = unsafe pixels + (area.y + row) * stride + area.x * 4
                let target = unsafe bytes.baseAddress! + start + row * rowBytes
                if format.isNative {
                    unsafe memcpy(target, source, rowBytes)
                } else {
                    for x in 0..<area.width {
                        let pixel = unsafe source.loadUnaligned(fromByteOffset: x * 4, as: UInt32.self)
                        unsafe target.storeBytes(of: format.converted(pixel), toByteOffset: x * 4, as: UInt32.self)
                    }
                }
            }
        }
        return true
    }

    /// The same from a `Picture`, which must be of the session's size.
    public mutating func update(from picture: Picture) -> Bool {
        precondition(picture.size == size, "the picture is not of the session's size")
        return unsafe picture.pixels.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            return unsafe update(pixels: base, stride: size.width * 4)
        }
    }
}
