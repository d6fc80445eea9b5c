internal import Pictures

/// What the gate needs of a sequence parameter set (H.264 7.3.2.1.1); the rest, if any, is the codec's to read.
struct SequenceParameters: Equatable {
    let profile: Int
    let level: Int
    /// Bits of frame_num, 4…16.
    let frameNumberBits: Int
    let allowsGaps: Bool

    /// Throws unless the set says exactly what was agreed. `bytes` begins after the NAL unit's header.
    init(_ bytes: ArraySlice<UInt8>, terms: StreamTerms) throws(GateError) {
        var bits = BitReader(bytes)
        profile = Int(try bits.unsigned(8))
        let constraints = try bits.unsigned(8)
        level = Int(try bits.unsigned(8))
        // Baseline streams that obey constraint_set1 are main as well; nothing else goes between profiles.
        guard profile == terms.profile, profile == 66 || profile == 77, constraints & 0b11 == 0,
            level >= 9, level <= terms.level
        else { throw .wrongParameters }
        // One sequence and one picture parameter set are all a stream of one size needs.
        guard try bits.exponential(limit: 31) == 0 else { throw .notAllowed }
        frameNumberBits = try bits.exponential(limit: 12) + 4
        switch try bits.exponential(limit: 2) {
        case 0: _ = try bits.exponential(limit: 12)
        case 1: throw .notAllowed
        default: break
        }
        guard try bits.exponential(limit: 16) <= StreamTerms.references else { throw .wrongParameters }
        allowsGaps = try bits.bit()
        let columns = try bits.exponential(limit: 1023) + 1
        let rows = try bits.exponential(limit: 1023) + 1
        // Frames only: no fields, no macroblock pairs.
        guard try bits.bit() else { throw .notAllowed }
        _ = try bits.bit()
        var right = 0
        var bottom = 0
        if try bits.bit() {
            let left = try bits.exponential(limit: 4096)
            right = try bits.exponential(limit: 4096)
            let top = try bits.exponential(limit: 4096)
            bottom = try bits.exponential(limit: 4096)
            // A crop on these sides would move the picture inside the buffer.
            guard left == 0, top == 0 else { throw .wrongParameters }
        }
        // In 4:2:0 frames the crop counts chroma samples (table 6-1).
        guard columns * 16 - right * 2 == terms.size.width, rows * 16 - bottom * 2 == terms.size.height,
            right < 8, bottom < 8
        else { throw .wrongParameters }
        // Display order must be decoding order; what else the usability information says does not matter here.
        _ = try bits.bit()
    }
}

/// The start of a slice header (7.3.3).
struct SliceStart: Equatable {
    let isFirst: Bool
    let frameNumber: Int

    init(_ bytes: ArraySlice<UInt8>, sequence: SequenceParameters) throws(GateError) {
        var bits = BitReader(bytes)
        isFirst = try bits.exponential(limit: 1 << 20) == 0
        // 0 and 5 are P, 2 and 7 are I; B and the switching slices were not agreed.
        switch try bits.exponential(limit: 9) {
        case 0, 2, 5, 7: break
        default: throw .notAllowed
        }
        guard try bits.exponential(limit: 255) == 0 else { throw .notAllowed }
        frameNumber = Int(try bits.unsigned(sequence.frameNumberBits))
    }
}

/// A picture parameter set (7.3.2.2) may only be number 0 for sequence 0, without slice groups.
func checkPictureParameters(_ bytes: ArraySlice<UInt8>, terms: StreamTerms) throws(GateError) {
    var bits = BitReader(bytes)
    guard try bits.exponential(limit: 255) == 0, try bits.exponential(limit: 31) == 0 else { throw .notAllowed }
    let isArithmetic = try bits.bit()
    guard !isArithmetic || terms.profile == 77 else { throw .notAllowed }
    _ = try bits.bit()
    guard try bits.exponential(limit: 7) == 0 else { throw .notAllowed }
    guard try bits.exponential(limit: 31) < StreamTerms.references else { throw .notAllowed }
    _ = try bits.exponential(limit: 31)
}
