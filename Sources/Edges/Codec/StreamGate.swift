/// Lets an access unit pass only when its headers say what was agreed, so that the codec's rarer paths are never reached.
/// A pure value: bytes in, verdict out. It looks at headers; what is wrong inside a slice is the codec's to find.
///
///     waiting ── keyframe with parameter sets ──▶ running ── picture in sequence ──▶ running
///        ▲                                          │
///        └────────── any refusal, or `reset` ───────┘
public struct StreamGate: Equatable, Sendable {
    /// What an admitted access unit is.
    public struct Admitted: Equatable, Sendable {
        public let isKeyframe: Bool
    }

    private enum State: Equatable {
        case waiting
        /// `last` is frame_num of the last reference picture.
        case running(SequenceParameters, last: Int)
    }

    public let terms: StreamTerms
    private var state = State.waiting

    public init(terms: StreamTerms) { self.terms = terms }

    /// The codec found something wrong, or pictures were left out: nothing passes before a keyframe.
    public mutating func reset() { state = .waiting }

    /// Judges one access unit in Annex B form. After a refusal nothing passes before a keyframe.
    public mutating func admit(_ unit: ArraySlice<UInt8>) throws(GateError) -> Admitted {
        let before = state
        state = .waiting
        guard unit.count <= terms.maximumBytes else { throw .tooLarge }
        var look = Look(before: before)
        var units = 0
        var splitter = try UnitSplitter(unit)
        while let bytes = splitter.next() {
            units += 1
            guard units <= StreamTerms.units else { throw .tooLarge }
            try look.take(bytes, terms: terms)
        }
        let (next, isKeyframe) = try look.finish()
        state = next
        return Admitted(isKeyframe: isKeyframe)
    }

    /// What one access unit has shown so far.
    private struct Look {
        let before: State
        var sequence: SequenceParameters?
        var hasPictureParameters = false
        /// The picture's slices agree in these.
        var picture: (type: UInt8, isReference: Bool, frameNumber: Int)?

        init(before: State) { self.before = before }

        mutating func take(_ unit: ArraySlice<UInt8>, terms: StreamTerms) throws(GateError) {
            guard let header = unit.first, header & 0x80 == 0 else { throw .malformed }
            let isReference = header & 0x60 != 0
            let body = unit.dropFirst()
            switch header & 0x1f {
            case 1, 5: try slice(header & 0x1f, isReference, body)
            case 6, 9: guard picture == nil else { throw .notOnePicture }
            case 7:
                guard picture == nil, isReference else { throw .malformed }
                let set = try SequenceParameters(body, terms: terms)
                guard sequence == nil || sequence == set else { throw .wrongParameters }
                sequence = set
            case 8:
                guard picture == nil, isReference else { throw .malformed }
                try checkPictureParameters(body, terms: terms)
                hasPictureParameters = true
            case 14: break
            default: throw .notAllowed
            }
        }

        private mutating func slice(_ type: UInt8, _ isReference: Bool, _ body: ArraySlice<UInt8>) throws(GateError) {
            guard picture == nil || picture?.type == type else { throw .notOnePicture }
            let parameters: SequenceParameters
            if type == 5 {
                guard let sequence, hasPictureParameters, isReference else { throw .needsKeyframe }
                parameters = sequence
            } else {
                // New parameter sets take effect at a keyframe only.
                guard sequence == nil, !hasPictureParameters else { throw .wrongParameters }
                guard case .running(let current, _) = before else { throw .needsKeyframe }
                parameters = current
            }
            let start = try SliceStart(body, sequence: parameters)
            if let picture {
                guard !start.isFirst, picture.isReference == isReference,
                    picture.frameNumber == start.frameNumber
                else { throw .notOnePicture }
            } else {
                guard start.isFirst else { throw .malformed }
                picture = (type, isReference, start.frameNumber)
            }
        }

        func finish() throws(GateError) -> (State, isKeyframe: Bool) {
            guard let picture else { throw .notOnePicture }
            if picture.type == 5, let sequence {
                guard picture.frameNumber == 0 else { throw .malformed }
                return (.running(sequence, last: 0), true)
            }
            guard case .running(let parameters, let last) = before else { throw .needsKeyframe }
            // 7.4.3: in streams of frames, frame_num is one more than that of the last reference picture.
            let following = (last + 1) & ((1 << parameters.frameNumberBits) - 1)
            guard parameters.allowsGaps || picture.frameNumber == following else { throw .gap }
            return (.running(parameters, last: picture.isReference ? picture.frameNumber : last), false)
        }
    }
}

/// The NAL units between the start codes of an Annex B byte stream (B.1).
struct UnitSplitter {
    private let bytes: ArraySlice<UInt8>
    /// First byte after a start code, or nil at the end.
    private var start: Int?

    /// Throws unless the stream begins with a start code.
    init(_ bytes: ArraySlice<UInt8>) throws(GateError) {
        self.bytes = bytes
        var index = bytes.startIndex
        while index < bytes.endIndex, bytes[index] == 0 { index += 1 }
        // Two or three zeros and a one: more would be padding that nobody agreed to.
        let zeros = index - bytes.startIndex
        guard index < bytes.endIndex, bytes[index] == 1, zeros == 2 || zeros == 3 else { throw .malformed }
        start = index + 1
    }

    /// The next unit without its start code and trailing zeros. May be empty, which nobody accepts.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let from = start else { return nil }
        var end = bytes.endIndex
        start = nil
        var zeros = 0
        for index in from..<bytes.endIndex {
            let byte = bytes[index]
            if byte == 1 && zeros >= 2 {
                end = index
                start = index + 1
                end -= zeros
                break
            }
            zeros = byte == 0 ? zeros + 1 : 0
        }
        if start == nil { end -= zeros }
        return bytes[from..<end]
    }
}
