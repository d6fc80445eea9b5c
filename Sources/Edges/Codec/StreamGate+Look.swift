extension StreamGate {
    /// What one access unit has shown so far.
    struct Look {
        /// The sets in force and frame_num of the last reference picture; nil before a keyframe.
        let before: (sets: ParameterSets, last: Int)?
        /// The sets that this access unit brings.
        private var sets: ParameterSets?
        /// A picture's set came without its sequence's: one that is in force, then.
        private var hasLonePictureSet = false
        /// The picture's slices agree in the first three and go from top to bottom.
        private var picture: (type: UInt8, isReference: Bool, frameNumber: Int, lastMacroblock: Int)?

        init(before: (sets: ParameterSets, last: Int)?) { self.before = before }

        mutating func take(_ unit: ArraySlice<UInt8>, terms: StreamTerms) throws(GateError) {
            guard let header = unit.first, header & 0x80 == 0 else { throw .malformed }
            let isReference = header & 0x60 != 0
            let body = unit.dropFirst()
            switch header & 0x1f {
            case 1, 5: try slice(header & 0x1f, isReference, body)
            case 6, 9: guard picture == nil else { throw .notOnePicture }
            case 7:
                guard picture == nil, isReference, !hasLonePictureSet else { throw .malformed }
                guard let sets else { return sets = try ParameterSets(sequence: body, terms: terms) }
                guard sets.isSequence(body) else { throw .wrongParameters }
            case 8:
                guard picture == nil, isReference else { throw .malformed }
                try pictureSet(body, terms)
            case 14: break
            default: throw .notAllowed
            }
        }

        private mutating func pictureSet(_ body: ArraySlice<UInt8>, _ terms: StreamTerms) throws(GateError) {
            if sets != nil { return try sets!.add(picture: body, terms: terms) }
            // For its verdict on one that would never be allowed.
            _ = try PictureParameters(body, terms: terms)
            guard let before else { throw .needsKeyframe }
            guard before.sets.isPicture(body) else { throw .wrongParameters }
            hasLonePictureSet = true
        }

        private mutating func slice(_ type: UInt8, _ isReference: Bool, _ body: ArraySlice<UInt8>) throws(GateError) {
            guard picture == nil || picture?.type == type else { throw .notOnePicture }
            let start = try SliceStart(body, sets: governing(type, isReference))
            if let picture {
                guard picture.isReference == isReference, picture.frameNumber == start.frameNumber,
                    picture.lastMacroblock < start.firstMacroblock
                else { throw .notOnePicture }
            } else {
                guard start.firstMacroblock == 0 else { throw .malformed }
            }
            picture = (type, isReference, start.frameNumber, start.firstMacroblock)
        }

        /// The sets that a slice of this type goes by.
        private func governing(_ type: UInt8, _ isReference: Bool) throws(GateError) -> ParameterSets {
            if type == 5 {
                guard let sets, sets.isComplete, isReference else { throw .needsKeyframe }
                return sets
            }
            guard let before else { throw .needsKeyframe }
            // New parameter sets take effect at a keyframe only.
            if let sets { guard before.sets.covers(sets) else { throw .wrongParameters } }
            return before.sets
        }

        /// The sets from here on, frame_num of the last reference picture, and whether this was a keyframe.
        func finish() throws(GateError) -> (ParameterSets, last: Int, isKeyframe: Bool) {
            guard let picture else { throw .notOnePicture }
            if picture.type == 5, let sets {
                guard picture.frameNumber == 0 else { throw .malformed }
                return (sets, 0, true)
            }
            guard let before else { throw .needsKeyframe }
            // 7.4.3: in streams of frames, frame_num is one more than that of the last reference picture.
            let following = (before.last + 1) & ((1 << before.sets.sequence.frameNumberBits) - 1)
            guard before.sets.sequence.allowsGaps || picture.frameNumber == following else { throw .gap }
            return (before.sets, picture.isReference ? picture.frameNumber : before.last, false)
        }
    }
}
