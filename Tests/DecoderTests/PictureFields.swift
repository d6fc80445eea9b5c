/// A picture parameter set field by field (H.264 7.3.2.2).
struct PictureFields {
    var identifier: UInt32 = 0
    var sequence: UInt32 = 0
    var isArithmetic = false
    var sliceGroups: UInt32 = 1
    var references: UInt32 = 1
    var isWeighted = false
    var weighting: UInt32 = 0
    /// As the code of se(v): 0, 1, -1, 2, -2 …
    var quantiser: UInt32 = 0
    var chromaQuantiser: UInt32 = 0
    var hasRedundant = false
    /// Bits after the last field: what a high profile says.
    var rest: [Bool] = []

    /// The whole unit, with a start code.
    func encoded() -> [UInt8] {
        var bits = BitList()
        bits.golomb(identifier)
        bits.golomb(sequence)
        bits.put(isArithmetic)
        bits.put(false)
        bits.golomb(sliceGroups - 1)
        if sliceGroups > 1 {
            // Interleaved groups with runs of one macroblock.
            bits.golomb(0)
            for _ in 0..<sliceGroups { bits.golomb(0) }
        }
        bits.golomb(references - 1)
        bits.golomb(0)
        bits.put(isWeighted)
        bits.put(weighting, 2)
        bits.golomb(quantiser)
        bits.golomb(0)
        bits.golomb(chromaQuantiser)
        bits.put(true)
        bits.put(false)
        bits.put(hasRedundant)
        bits.append(rest[...])
        return bits.unit(header: 0x68)
    }
}
