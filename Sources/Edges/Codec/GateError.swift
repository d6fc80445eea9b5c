// Codec: H.264 decoding with libavcodec, the only importer of its headers, and the gate before it. Owns the codec and
// knows which frame buffers it still refers to; owns no buffer, no descriptor, no thread. One value, one thread.

public import Pictures

/// Why the gate keeps an access unit from the codec.
public enum GateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// More bytes or NAL units than were agreed.
    case tooLarge
    /// Not Annex B, or a header that ends too early or holds a value outside its range.
    case malformed
    /// A NAL unit type, slice type or coding tool that was not agreed.
    case notAllowed
    /// A sequence parameter set for another profile, level or picture than was agreed.
    case wrongParameters
    /// Nothing can be decoded before a keyframe with its parameter sets.
    case needsKeyframe
    /// A picture between this one and the one before is missing.
    case gap
    /// Not exactly one picture.
    case notOnePicture

    public var description: String {
        switch self {
        case .tooLarge: "larger than agreed"
        case .malformed: "not well-formed"
        case .notAllowed: "holds something that was not agreed"
        case .wrongParameters: "another profile, level or size than agreed"
        case .needsKeyframe: "no keyframe before it"
        case .gap: "a picture before it is missing"
        case .notOnePicture: "not exactly one picture"
        }
    }
}

/// What a stream was agreed to be.
public struct StreamTerms: Equatable, Sendable {
    /// The picture that is seen, after cropping.
    public var size: PixelSize
    /// profile_idc: 66 (baseline, of which only the constrained part decodes) or 77 (main, without B pictures).
    public var profile: Int
    /// Highest level_idc.
    public var level: Int
    /// Largest access unit.
    public var maximumBytes: Int

    public init(size: PixelSize, profile: Int, level: Int, maximumBytes: Int) {
        self.size = size
        self.profile = profile
        self.level = level
        self.maximumBytes = maximumBytes
    }

    /// Most reference pictures a sequence parameter set may ask for: what four temporal layers need.
    public static let references = 4
    /// Most NAL units in one access unit: parameter sets, a prefix for each slice, one slice for each macroblock row.
    static let units = 160
}
