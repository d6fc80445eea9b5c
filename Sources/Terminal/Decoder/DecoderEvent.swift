public import LinuxBase
public import Pictures

/// A decoded picture that the terminal holds until it releases it; its pixels do not change in the meantime.
public struct DecodedFrame: Hashable, Sendable {
    /// Of the access unit it came from.
    public let sequence: UInt64
    /// Which shared buffer it lies in.
    public let buffer: Int
    /// Time the decoder took.
    public let microseconds: UInt32
    /// How its numbers stand for colours: from the stream, or what a stream means that says nothing.
    public let colour: ColourDescription
}

public enum DecoderEvent: Equatable, Sendable {
    case frame(DecodedFrame)
    /// The access unit gives no picture; a keyframe is needed.
    case refused(sequence: UInt64, reason: DecoderRefusal)
    /// The process has crashed, was killed, or broke the protocol and was killed for it. The last event of a link.
    case ended(ExitStatus)
}
