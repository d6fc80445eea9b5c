internal import Pictures

/// BT.709 in limited range. libyuv holds its coefficients in signed bytes, and this matrix has one that does not fit: blue
/// would be up to 14 of 255 off. Tables in 16.16 fixed point are right to one step, at a third of the speed.
struct ConversionTables {
    private let luma: [Int32]
    private let redFromV: [Int32]
    private let greenFromV: [Int32]
    private let greenFromU: [Int32]
    private let blueFromU: [Int32]

    static let bt709Limited = ConversionTables(kr: 0.2126, kb: 0.0722)

    private init(kr: Double, kb: Double) {
        func table(_ value: (Double) -> Double) -> [Int32] {
            (0..<256).map { Int32((value(Double($0)) * 65536).rounded()) }
        }
        let chroma = 255.0 / 224
        let kg = 1 - kr - kb
        // Half a step is in the luma table, so that cutting the fraction off rounds.
        luma = table { ($0 - 16) * 255 / 219 + 0.5 }
        redFromV = table { ($0 - 128) * chroma * 2 * (1 - kr) }
        blueFromU = table { ($0 - 128) * chroma * 2 * (1 - kb) }
        greenFromV = table { ($0 - 128) * chroma * -2 * (1 - kr) * kr / kg }
        greenFromU = table { ($0 - 128) * chroma * -2 * (1 - kb) * kb / kg }
    }

    /// One row: `count` pixels from the first of a pair of columns that share their chroma.
    @unsafe func convert(
        _ y: UnsafePointer<UInt8>, _ u: UnsafePointer<UInt8>, _ v: UnsafePointer<UInt8>,
        into pixels: UnsafeMutablePointer<UInt32>, count: Int
    ) {
        for x in 0..<count {
            // SAFETY: the caller's rows have `count` pixels; a byte is an index of every table.
            let (u, v) = unsafe (Int(u[x / 2]), Int(v[x / 2]))
            let l = luma[Int(unsafe y[x])]
            let red = Self.clipped(l + redFromV[v])
            let green = Self.clipped(l + greenFromV[v] + greenFromU[u])
            let blue = Self.clipped(l + blueFromU[u])
            unsafe pixels[x] = 0xFF00_0000 | red << 16 | green << 8 | blue
        }
    }

    private static func clipped(_ value: Int32) -> UInt32 { UInt32(min(max(value >> 16, 0), 255)) }
}
