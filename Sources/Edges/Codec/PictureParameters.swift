/// A picture parameter set (H.264 7.3.2.2), read to its end. It has no slice groups.
struct PictureParameters: Equatable {
    /// pic_parameter_set_id, and the sequence parameter set that it belongs to.
    let identifier: Int
    let sequence: Int

    /// `bytes` begins after the NAL unit's header.
    init(_ bytes: ArraySlice<UInt8>, terms: StreamTerms) throws(GateError) {
        var bits = BitReader(bytes)
        identifier = try bits.exponential(limit: 255)
        sequence = try bits.exponential(limit: 31)
        let isMain = terms.profile == 77
        let isArithmetic = try bits.bit()
        guard !isArithmetic || isMain else { throw .notAllowed }
        // bottom_field_pic_order_in_frame_present_flag
        _ = try bits.bit()
        guard try bits.exponential(limit: 7) == 0 else { throw .notAllowed }
        guard try bits.exponential(limit: 31) < StreamTerms.references else { throw .notAllowed }
        // For B slices, which never come.
        _ = try bits.exponential(limit: 31)
        let isWeighted = try bits.bit()
        let weighting = try bits.unsigned(2)
        guard isMain || !isWeighted && weighting == 0 else { throw .notAllowed }
        guard weighting < 3 else { throw .malformed }
        // pic_init_qp_minus26, pic_init_qs_minus26, chroma_qp_index_offset
        _ = try bits.signed(limit: 26)
        _ = try bits.signed(limit: 26)
        _ = try bits.signed(limit: 12)
        // deblocking_filter_control_present_flag, constrained_intra_pred_flag
        _ = try bits.unsigned(2)
        // Redundant pictures are a tool of the baseline profile's unconstrained part.
        guard try !bits.bit() else { throw .notAllowed }
        // What may follow belongs to the high profiles.
        try bits.expectEnd()
    }
}
