// Decoder: the terminal's side of the decoder process, and the protocol between the two. Owns the process, the memory both
// share, and the books on who holds which buffer; never looks into the video. One value, one thread: that of the stream.

public import LinuxBase

public enum DecoderError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemCallError)
    /// The access unit has more bytes than were agreed.
    case tooLarge(bytes: Int, limit: Int)
    /// All input slots are taken: see `DecoderLink.canSubmit`.
    case full
    /// The process has ended; `receive` has said how.
    case ended

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .tooLarge(let bytes, let limit): "an access unit of \(bytes) bytes; \(limit) were agreed"
        case .full: "the decoder has not answered the access units before"
        case .ended: "the decoder process has ended"
        }
    }
}

/// Why an access unit gave no picture. After any of them only a keyframe is decoded, so ask for one.
public enum DecoderRefusal: UInt8, Equatable, Sendable {
    /// Larger than agreed, or in too many pieces.
    case tooLarge = 1
    case malformed = 2
    /// A NAL unit, slice type or coding tool that was not agreed.
    case notAllowed = 3
    /// Another profile, level or picture size than agreed.
    case wrongParameters = 4
    case needsKeyframe = 5
    /// A picture before it is missing.
    case gap = 6
    case notOnePicture = 7
    /// The codec found an error, or would have had to invent parts of the picture.
    case damaged = 8
    /// The codec has no memory or no buffer.
    case exhausted = 9
}
