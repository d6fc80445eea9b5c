public import Pictures

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
        /// What its sequence parameter set says of its colours.
        public let colour: ColourDescription
    }

    private enum State: Equatable {
        case waiting
        /// `last` is frame_num of the last reference picture.
        case running(ParameterSets, last: Int)
    }

    public let terms: StreamTerms
    private var state = State.waiting

    public init(terms: StreamTerms) { self.terms = terms }

    /// The codec found something wrong, or pictures were left out: nothing passes before a keyframe.
    public mutating func reset() { state = .waiting }

    /// Judges one access unit in Annex B form. After a refusal nothing passes before a keyframe.
    public mutating func admit(_ unit: ArraySlice<UInt8>) throws(GateError) -> Admitted {
        var before: (ParameterSets, last: Int)?
        if case .running(let sets, let last) = state { before = (sets, last) }
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
        let (sets, last, isKeyframe) = try look.finish()
        state = .running(sets, last: last)
        return Admitted(isKeyframe: isKeyframe, colour: sets.sequence.colour)
    }
}
