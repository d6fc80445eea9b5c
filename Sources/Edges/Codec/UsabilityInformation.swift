internal import Pictures

/// Video usability information (H.264 E.1.1), read to its last field although only the colours are kept: the codec reads
/// it all, so no field may hold what the standard does not allow.
struct UsabilityInformation: Equatable {
    let colour: ColourDescription

    init(_ bits: inout BitReader) throws(GateError) {
        // aspect_ratio_idc; 255 (Extended_SAR) is followed by two numbers.
        if try bits.bit(), try bits.unsigned(8) == 255 { _ = try bits.unsigned(32) }
        // overscan_appropriate_flag
        if try bits.bit() { _ = try bits.bit() }
        colour = try bits.bit() ? Self.signalType(&bits) : .unspecified
        if try bits.bit() {
            // Where chroma samples sit, of top and bottom field: table E-5 has six places.
            _ = try bits.exponential(limit: 5)
            _ = try bits.exponential(limit: 5)
        }
        if try bits.bit() {
            // num_units_in_tick, time_scale, fixed_frame_rate_flag: pictures are shown when they come.
            _ = try bits.unsigned(32)
            _ = try bits.unsigned(32)
            _ = try bits.bit()
        }
        let network = try bits.bit()
        if network { try Self.skipReferenceDecoder(&bits) }
        let video = try bits.bit()
        if video { try Self.skipReferenceDecoder(&bits) }
        // low_delay_hrd_flag
        if network || video { _ = try bits.bit() }
        // pic_struct_present_flag
        _ = try bits.bit()
        if try bits.bit() { try Self.checkRestriction(&bits) }
    }

    /// video_signal_type and colour_description. Tables E-3 to E-5 also know matrices for RGB, YCgCo and BT.2020, which no
    /// plane and no conversion here knows. What is unspecified (2) is shown like what is absent.
    private static func signalType(_ bits: inout BitReader) throws(GateError) -> ColourDescription {
        _ = try bits.unsigned(3)
        let range: ColourDescription.Range = try bits.bit() ? .full : .limited
        guard try bits.bit() else { return ColourDescription(range: range) }
        // colour_primaries and transfer_characteristics: the screen is taken as it is.
        _ = try bits.unsigned(16)
        switch try bits.unsigned(8) {
        case 1: return ColourDescription(matrix: .bt709, range: range)
        case 5, 6: return ColourDescription(matrix: .bt601, range: range)
        case 2: return ColourDescription(matrix: ColourDescription.unspecified.matrix, range: range)
        default: throw .notAllowed
        }
    }

    /// hrd_parameters (E.1.2).
    private static func skipReferenceDecoder(_ bits: inout BitReader) throws(GateError) {
        let schedules = try bits.exponential(limit: 31) + 1
        _ = try bits.unsigned(8)
        for _ in 0..<schedules {
            _ = try bits.exponential(limit: .max - 1)
            _ = try bits.exponential(limit: .max - 1)
            _ = try bits.bit()
        }
        _ = try bits.unsigned(20)
    }

    /// bitstream_restriction (E.2.1): a decoder without delay shows pictures in the order in which they come.
    private static func checkRestriction(_ bits: inout BitReader) throws(GateError) {
        _ = try bits.bit()
        // max_bytes_per_pic_denom, max_bits_per_mb_denom, log2_max_mv_length_horizontal and _vertical
        for _ in 0..<4 { _ = try bits.exponential(limit: 16) }
        let reordered = try bits.exponential(limit: 16)
        let buffered = try bits.exponential(limit: 16)
        guard reordered <= buffered else { throw .malformed }
        guard reordered == 0 else { throw .notAllowed }
    }
}
