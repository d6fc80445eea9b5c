import Pictures
public import Wire

/// What exists only while the server runs an application for this terminal.
public struct RunningSession: Equatable, Sendable {
    public let session: UInt64
    let token: [UInt8]
    /// The execution request's own identifier.
    let request: [UInt8]
    public let parameters: PictureParameters
    /// Sequence of the access unit that comes next on this connection.
    private var expected: UInt64 = 1
    /// Pictures of which nothing may be decoded until a keyframe has come.
    private var needsKeyframe = true
    private var keyframeRequested = false
    /// Damage of access units that are in the decoder, oldest first.
    private var inDecoder: [InDecoder] = []
    /// Damage of pictures that were decoded but not shown, or not decoded at all.
    private var owed: Rectangle

    private struct InDecoder: Equatable, Sendable {
        var sequence: UInt64
        var damage: Rectangle
        var answered: UInt64
    }

    init(_ accepted: Accepted, request: [UInt8]) {
        self.request = request
        session = accepted.session
        token = accepted.token
        parameters = accepted.picture
        // The plane shows the hold screen: the first picture is new everywhere.
        owed = accepted.picture.size.bounds
    }

    /// Takes the next access unit; returns the action for it, or nil when it cannot be decoded.
    mutating func receive(_ unit: AccessUnit) throws(SessionFault) -> SessionMachine.Action? {
        guard unit.sequence == expected else { throw .sequence(expected: expected, got: unit.sequence) }
        expected &+= 1
        let damage = unit.damage.intersection(parameters.size.bounds)
        if needsKeyframe && !unit.isKeyframe {
            owed = owed.union(damage)
            guard !keyframeRequested else { return nil }
            keyframeRequested = true
            return .send(.keyframeRequest)
        }
        if unit.isKeyframe {
            needsKeyframe = false
            keyframeRequested = false
        }
        inDecoder.append(InDecoder(sequence: unit.sequence, damage: damage, answered: unit.answered))
        return .decode(unit)
    }

    /// What to show now that `sequence` came out of the decoder; nil for one that is not awaited any more.
    mutating func decoded(_ sequence: UInt64) -> (damage: Rectangle, answered: UInt64)? {
        guard let index = inDecoder.firstIndex(where: { $0.sequence == sequence }) else { return nil }
        let answered = inDecoder[index].answered
        let damage = inDecoder[...index].reduce(owed) { $0.union($1.damage) }
        inDecoder.removeSubrange(...index)
        owed = .empty
        return (damage, answered)
    }

    /// The decoder's state is gone. True when the server is to be asked for a keyframe.
    mutating func expectKeyframe() -> Bool {
        owed = inDecoder.reduce(owed) { $0.union($1.damage) }
        inDecoder = []
        needsKeyframe = true
        defer { keyframeRequested = true }
        return !keyframeRequested
    }

    /// A new connection took the session up: numbering starts again, with a keyframe for a new decoder.
    mutating func restart() {
        expected = 1
        needsKeyframe = true
        keyframeRequested = true
        inDecoder = []
        owed = parameters.size.bounds
    }
}
