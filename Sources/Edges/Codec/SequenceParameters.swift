internal import Pictures

/// What the gate needs of a sequence parameter set (H.264 7.3.2.1.1). All of it is read: what follows the last field is
/// not the codec's to find.
struct SequenceParameters: Equatable {
    /// seq_parameter_set_id.
    let identifier: Int
    /// Bits of frame_num, 4…16.
    let frameNumberBits: Int
    let allowsGaps: Bool
    let macroblocks: Int
    let colour: ColourDescription

    /// Throws unless the set says exactly what was agreed. `bytes` begins after the NAL unit's header.
    init(_ bytes: ArraySlice<UInt8>, terms: StreamTerms) throws(GateError) {
        var bits = BitReader(bytes)
        let profile = Int(try bits.unsigned(8))
        let constraints = try bits.unsigned(8)
        let level = Int(try bits.unsigned(8))
        // Baseline streams that obey constraint_set1 are main as well; nothing else goes between profiles.
        guard profile == terms.profile, profile == 66 || profile == 77, constraints & 0b11 == 0,
            level >= 9, level <= terms.level
        else { throw .wrongParameters }
        identifier = try bits.exponential(limit: 31)
        frameNumberBits = try bits.exponential(limit: 12) + 4
        switch try bits.exponential(limit: 2) {
        case 0: _ = try bits.exponential(limit: 12)
        // Orders of display computed over cycles of pictures: no encoder in use makes them.
        case 1: throw .notAllowed
        default: break
        }
        guard try bits.exponential(limit: 16) <= StreamTerms.references else { throw .wrongParameters }
        allowsGaps = try bits.bit()
        let columns = try bits.exponential(limit: 1023) + 1
        let rows = try bits.exponential(limit: 1023) + 1
        macroblocks = columns * rows
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
        colour = try bits.bit() ? UsabilityInformation(&bits).colour : .unspecified
        try bits.expectEnd()
    }
}
