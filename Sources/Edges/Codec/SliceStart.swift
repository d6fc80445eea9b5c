/// The start of a slice header (H.264 7.3.3).
struct SliceStart: Equatable {
    let firstMacroblock: Int
    let frameNumber: Int

    init(_ bytes: ArraySlice<UInt8>, sets: ParameterSets) throws(GateError) {
        var bits = BitReader(bytes)
        firstMacroblock = try bits.exponential(limit: UInt32(sets.sequence.macroblocks - 1))
        // 0 and 5 are P, 2 and 7 are I; B and the switching slices were not agreed.
        switch try bits.exponential(limit: 9) {
        case 0, 2, 5, 7: break
        default: throw .notAllowed
        }
        guard sets.hasPictureSet(try bits.exponential(limit: 255)) else { throw .wrongParameters }
        frameNumber = Int(try bits.unsigned(sets.sequence.frameNumberBits))
    }
}
