/// The parameter sets that a stream goes by from one keyframe to the next: one for the sequence, some for its pictures.
struct ParameterSets: Equatable {
    let sequence: SequenceParameters
    /// The sets as they came, to know them again: they may be repeated at any picture and changed at keyframes only.
    private let sequenceBytes: [UInt8]
    private var pictures: [(identifier: Int, bytes: [UInt8])] = []

    /// Most picture parameter sets: encoders that have several use one for each kind of picture.
    static let pictureLimit = 16

    /// `bytes` is a sequence parameter set without the NAL unit's header.
    init(sequence bytes: ArraySlice<UInt8>, terms: StreamTerms) throws(GateError) {
        sequence = try SequenceParameters(bytes, terms: terms)
        // A copy: a slice would keep the whole access unit.
        sequenceBytes = Array(bytes)
    }

    var isComplete: Bool { !pictures.isEmpty }
    func hasPictureSet(_ identifier: Int) -> Bool { pictures.contains { $0.identifier == identifier } }
    func isSequence(_ bytes: some Sequence<UInt8>) -> Bool { sequenceBytes.elementsEqual(bytes) }
    func isPicture(_ bytes: some Sequence<UInt8>) -> Bool { pictures.contains { $0.bytes.elementsEqual(bytes) } }

    /// Adds a picture parameter set, or sees one again.
    mutating func add(picture bytes: ArraySlice<UInt8>, terms: StreamTerms) throws(GateError) {
        let parameters = try PictureParameters(bytes, terms: terms)
        guard parameters.sequence == sequence.identifier else { throw .wrongParameters }
        if hasPictureSet(parameters.identifier) {
            guard isPicture(bytes) else { throw .wrongParameters }
            return
        }
        guard pictures.count < Self.pictureLimit else { throw .tooLarge }
        pictures.append((parameters.identifier, Array(bytes)))
    }

    /// Says nothing that `self` does not say.
    func covers(_ other: ParameterSets) -> Bool {
        isSequence(other.sequenceBytes) && other.pictures.allSatisfy { isPicture($0.bytes) }
    }

    static func == (a: ParameterSets, b: ParameterSets) -> Bool {
        a.sequenceBytes == b.sequenceBytes && a.pictures.elementsEqual(b.pictures) { $0 == $1 }
    }
}
