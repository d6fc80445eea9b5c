internal import Pictures

extension Picture {
    /// The picture (straight alpha) at another size: a triangle filter as wide as the scale asks for, on premultiplied
    /// colour. For logos, once each: some milliseconds for a large one.
    func resampled(to target: PixelSize) -> Picture {
        guard target != size, size.area > 0, target.area > 0 else { return self }
        let columns = Weights(from: size.width, to: target.width)
        let rows = Weights(from: size.height, to: target.height)
        var narrow = [SIMD4<Float>](repeating: .zero, count: target.width * size.height)
        for y in 0..<size.height {
            let row = y * size.width
            for x in 0..<target.width {
                var sum = SIMD4<Float>.zero
                for tap in 0..<columns.count {
                    sum += premultiplied(pixels[row + columns.index(x, tap)]) * columns.weight(x, tap)
                }
                narrow[y * target.width + x] = sum
            }
        }
        var result = Picture(size: target)
        for y in 0..<target.height {
            for x in 0..<target.width {
                var sum = SIMD4<Float>.zero
                for tap in 0..<rows.count {
                    sum += narrow[rows.index(y, tap) * target.width + x] * rows.weight(y, tap)
                }
                result.pixels[y * target.width + x] = straight(sum)
            }
        }
        return result
    }
}

/// For each place of the result, `count` places of the source and what each counts; they sum to one.
private struct Weights {
    let count: Int
    private var indices: [Int] = []
    private var weights: [Float] = []

    init(from source: Int, to target: Int) {
        let scale = Float(source) / Float(target)
        let support = max(scale, 1)
        count = Int((2 * support).rounded(.up)) + 1
        for place in 0..<target {
            let centre = (Float(place) + 0.5) * scale - 0.5
            let first = Int((centre - support).rounded(.up))
            var sum: Float = 0
            let raw = (0..<count).map { tap in max(0, 1 - abs(Float(first + tap) - centre) / support) }
            for weight in raw { sum += weight }
            for tap in 0..<count {
                indices.append(min(max(first + tap, 0), source - 1))
                weights.append(raw[tap] / sum)
            }
        }
    }

    func index(_ place: Int, _ tap: Int) -> Int { indices[place * count + tap] }
    func weight(_ place: Int, _ tap: Int) -> Float { weights[place * count + tap] }
}

private func premultiplied(_ pixel: UInt32) -> SIMD4<Float> {
    let alpha = Float(pixel >> 24)
    let colour = SIMD4<Float>(Float(pixel >> 16 & 0xFF), Float(pixel >> 8 & 0xFF), Float(pixel & 0xFF), 255)
    return colour * (alpha / 255)
}

private func straight(_ value: SIMD4<Float>) -> UInt32 {
    guard value.w >= 0.5 else { return 0 }
    let colour = (value * (255 / value.w)).clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255))
    let alpha = UInt32(min(value.w, 255) + 0.5)
    return alpha << 24 | UInt32(colour.x + 0.5) << 16 | UInt32(colour.y + 0.5) << 8 | UInt32(colour.z + 0.5)
}
