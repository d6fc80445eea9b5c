import Codec
import Pictures
import Testing

/// Parameter sets by hand, field by field: what the gate says to each.
@Suite struct ParameterSetTests {
    /// A slice that begins well: first macroblock, type I, picture parameter set `set`, frame number 0.
    private func slice(set: UInt32 = 0, first: UInt32 = 0) -> [UInt8] {
        var bits = BitList()
        for value in [first, 7, set] { bits.golomb(value) }
        bits.put(0, 15)
        bits.put(0x1234_5678, 32)
        return bits.unit(header: 0x65)
    }

    private func verdict(_ unit: [UInt8], profile: Int = 66) -> Result<StreamGate.Admitted, GateError> {
        var gate = StreamGate(
            terms: StreamTerms(size: screen, profile: profile, level: 52, maximumBytes: 1 << 20))
        return Result { () throws(GateError) in try gate.admit(unit[...]) }
    }

    private func refusal(_ result: Result<StreamGate.Admitted, GateError>) -> GateError? {
        if case .failure(let error) = result { error } else { nil }
    }

    /// What becomes of a keyframe with this sequence parameter set.
    private func sequence(_ change: (inout SequenceFields) -> Void) -> Result<StreamGate.Admitted, GateError> {
        var fields = SequenceFields()
        change(&fields)
        return verdict(fields.encoded() + PictureFields(sequence: fields.identifier).encoded() + slice())
    }

    @Test func `sequence parameter sets that were not agreed are refused`() {
        func verdict(_ change: (inout SequenceFields) -> Void) -> GateError? { refusal(sequence(change)) }
        #expect(verdict { _ in } == nil)
        #expect(verdict { $0.identifier = 31 } == nil)
        #expect(verdict { $0.profile = 100 } == .wrongParameters)
        #expect(verdict { $0.profile = 77 } == .wrongParameters)
        #expect(verdict { $0.profile = 88 } == .wrongParameters)
        #expect(verdict { $0.constraints = 0xC1 } == .wrongParameters)
        #expect(verdict { $0.level = 53 } == .wrongParameters)
        #expect(verdict { $0.level = 8 } == .wrongParameters)
        #expect(verdict { $0.identifier = 32 } == .malformed)
        #expect(verdict { $0.frameNumberBits = 13 } == .malformed)
        #expect(verdict { $0.orderType = 1 } == .notAllowed)
        #expect(verdict { $0.orderType = 3 } == .malformed)
        #expect(verdict { $0.references = 5 } == .wrongParameters)
        #expect(verdict { $0.columns = 51 } == .wrongParameters)
        #expect(verdict { $0.rows = 27 } == .wrongParameters)
        #expect(verdict { $0.columns = 100_000 } == .malformed)
        #expect(verdict { $0.framesOnly = false } == .notAllowed)
        #expect(verdict { $0.crop = (0, 0, 0, 0) } == nil)
        #expect(verdict { $0.crop = (1, 0, 0, 0) } == .wrongParameters)
        #expect(verdict { ($0.crop, $0.columns) = ((0, 8, 0, 0), 51) } == .wrongParameters)
        #expect(verdict { ($0.crop, $0.rows) = ((0, 0, 0, 4), 29) } == .wrongParameters)
        #expect(verdict { $0.rest = [true] } == .malformed)
        #expect(verdict { $0.rest = [Bool](repeating: false, count: 9) } == .malformed)
    }

    @Test func `colours are read from the usability information`() {
        func colour(_ usability: UsabilityFields?) -> ColourDescription? {
            try? sequence { $0.usability = usability }.get().colour
        }
        #expect(colour(nil) == .unspecified)
        #expect(colour(UsabilityFields()) == .unspecified)
        // Everything before and after it is there as well, and is skipped by its own rules.
        let full = UsabilityFields(
            aspect: (255, 7, 5), overscan: true, chromaPlace: 5, timing: true, schedules: 32, restriction: (0, 1))
        #expect(colour(full) == .unspecified)
        let rows: [(matrix: UInt32?, ColourDescription.Matrix)] = [
            (nil, .bt601), (1, .bt709), (2, .bt601), (5, .bt601), (6, .bt601),
        ]
        for (matrix, meant) in rows {
            for isFull in [false, true] {
                var fields = full
                fields.signal = (isFull, matrix)
                #expect(colour(fields) == ColourDescription(matrix: meant, range: isFull ? .full : .limited))
                fields = UsabilityFields(aspect: (1, 0, 0), signal: (isFull, matrix))
                #expect(colour(fields) == ColourDescription(matrix: meant, range: isFull ? .full : .limited))
            }
        }
        for matrix: UInt32 in [0, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 255] {
            #expect(refusal(sequence { $0.usability = UsabilityFields(signal: (false, matrix)) }) == .notAllowed)
        }
    }

    @Test func `usability information that says what it must not is refused`() {
        func verdict(_ usability: UsabilityFields) -> GateError? { refusal(sequence { $0.usability = usability }) }
        #expect(verdict(UsabilityFields(restriction: (0, 4))) == nil)
        #expect(verdict(UsabilityFields(restriction: (1, 4))) == .notAllowed)
        #expect(verdict(UsabilityFields(restriction: (2, 1))) == .malformed)
        #expect(verdict(UsabilityFields(restriction: (0, 17))) == .malformed)
        #expect(verdict(UsabilityFields(chromaPlace: 6)) == .malformed)
        #expect(verdict(UsabilityFields(schedules: 33)) == .malformed)
        // Cut anywhere, it is never a set.
        let whole = SequenceFields(
            usability: UsabilityFields(aspect: (255, 1, 1), signal: (true, 1), timing: true, schedules: 2)
        ).encoded()
        for count in 5..<whole.count {
            let cut = Array(whole.prefix(count)) + PictureFields().encoded() + slice()
            #expect(refusal(self.verdict(cut)) != nil, "cut at \(count)")
        }
    }

    @Test func `picture parameter sets that were not agreed are refused`() {
        func verdict(_ profile: Int = 66, _ change: (inout PictureFields) -> Void) -> GateError? {
            var fields = PictureFields()
            change(&fields)
            let sequence = SequenceFields(profile: UInt32(profile))
            return refusal(
                self.verdict(sequence.encoded() + fields.encoded() + slice(set: fields.identifier), profile: profile))
        }
        #expect(verdict { _ in } == nil)
        #expect(verdict { $0.identifier = 255 } == nil)
        #expect(verdict { $0.identifier = 256 } == .malformed)
        #expect(verdict { $0.sequence = 1 } == .wrongParameters)
        #expect(verdict { $0.isArithmetic = true } == .notAllowed)
        #expect(verdict(77) { $0.isArithmetic = true } == nil)
        #expect(verdict { $0.sliceGroups = 2 } == .notAllowed)
        #expect(verdict(77) { $0.sliceGroups = 8 } == .notAllowed)
        #expect(verdict { $0.references = 4 } == nil)
        #expect(verdict { $0.references = 5 } == .notAllowed)
        #expect(verdict { $0.isWeighted = true } == .notAllowed)
        #expect(verdict(77) { $0.isWeighted = true } == nil)
        #expect(verdict(77) { $0.weighting = 3 } == .malformed)
        #expect(verdict { $0.quantiser = 53 } == .malformed)
        #expect(verdict { $0.chromaQuantiser = 25 } == .malformed)
        #expect(verdict { $0.hasRedundant = true } == .notAllowed)
        // transform_8x8_mode_flag, no scaling matrix, second_chroma_qp_index_offset.
        #expect(verdict(77) { $0.rest = [true, false, true] } == .malformed)
    }

    @Test func `a keyframe's slices go by the sets that came with it, from top to bottom`() {
        let sequence = SequenceFields().encoded()
        func pictures(_ count: UInt32) -> [UInt8] { (0..<count).flatMap { PictureFields(identifier: $0).encoded() } }
        let two = sequence + pictures(2)
        #expect(refusal(verdict(two + slice(set: 1) + slice(set: 0, first: 50))) == nil)
        #expect(refusal(verdict(two + slice(set: 2))) == .wrongParameters)
        #expect(refusal(verdict(two + two + slice())) == nil)
        #expect(
            refusal(verdict(two + PictureFields(identifier: 1, quantiser: 4).encoded() + slice())) == .wrongParameters)
        #expect(refusal(verdict(two + SequenceFields(level: 30).encoded() + slice())) == .wrongParameters)
        #expect(refusal(verdict(sequence + pictures(16) + slice())) == nil)
        #expect(refusal(verdict(sequence + pictures(17) + slice())) == .tooLarge)
        #expect(refusal(verdict(pictures(1) + sequence + slice())) == .needsKeyframe)
        #expect(refusal(verdict(sequence + slice())) == .needsKeyframe)
        #expect(refusal(verdict(two + slice(first: 1))) == .malformed)
        #expect(refusal(verdict(two + slice() + slice())) == .notOnePicture)
        #expect(refusal(verdict(two + slice() + slice(first: 70) + slice(first: 60))) == .notOnePicture)
        #expect(refusal(verdict(two + slice() + slice(first: 1399))) == nil)
        #expect(refusal(verdict(two + slice() + slice(first: 1400))) == .malformed)
    }
}
