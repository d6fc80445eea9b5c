public import Pictures
internal import Glibc

/// How alike two pictures are.
public enum PictureComparison {
    /// Peak signal-to-noise ratio over red, green and blue in decibels; infinite for equal pictures.
    public static func psnr(_ a: Picture, _ b: Picture) -> Double {
        precondition(a.size == b.size, "pictures of one size are compared")
        var squares: UInt64 = 0
        for index in a.pixels.indices {
            for shift in [0, 8, 16] as [UInt32] {
                let difference = Int(a.pixels[index] >> shift & 255) - Int(b.pixels[index] >> shift & 255)
                squares += UInt64(difference * difference)
            }
        }
        guard squares > 0 else { return .infinity }
        return 10 * log10(255 * 255 * Double(a.pixels.count * 3) / Double(squares))
    }

    /// Number of pixels whose colour differs by more than `tolerance` in some channel, and where they lie.
    public static func difference(_ a: Picture, _ b: Picture, tolerance: Int) -> (count: Int, bounds: Rectangle) {
        precondition(a.size == b.size, "pictures of one size are compared")
        var count = 0
        var bounds = Rectangle.empty
        for y in 0..<a.size.height {
            for x in 0..<a.size.width {
                let p = a[x, y]
                let q = b[x, y]
                let apart = max(
                    abs(Int(p.red) - Int(q.red)), abs(Int(p.green) - Int(q.green)), abs(Int(p.blue) - Int(q.blue)))
                guard apart > tolerance else { continue }
                count += 1
                bounds = bounds.union(Rectangle(x: x, y: y, width: 1, height: 1))
            }
        }
        return (count, bounds)
    }
}
