public import LinuxBase
public import Pictures

/// Why a connection ended. Carries no foreign text: safe to log.
public enum RFBError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The other side does not speak RFB 3.8.
    case version
    /// Security type None is not on offer, or was refused.
    case security
    case unsupportedPixelFormat
    /// The picture is not of the size that was agreed.
    case size(PixelSize)
    /// A rectangle outside the picture.
    case rectangle(Rectangle)
    case encoding(Int32)
    case unknownMessage(UInt8)
    /// A text, list or name longer than its limit.
    case tooLong(bytes: Int, limit: Int)
    /// An update that nobody asked for.
    case unsolicitedUpdate
    /// One update with far more pixels than the picture has, or many without any.
    case flood
    /// The other side does not read what it is sent.
    case stalled
    case timedOut
    case closed
    case interrupted
    case system(SystemCallError)

    public var description: String {
        switch self {
        case .version: "the other side does not speak RFB 3.8"
        case .security: "security type None was not offered or was refused"
        case .unsupportedPixelFormat: "pixel format other than 32 bits true colour"
        case .size(let size): "picture of \(size)"
        case .rectangle(let rectangle): "rectangle \(rectangle) is outside the picture"
        case .encoding(let number): "encoding \(number) was not asked for"
        case .unknownMessage(let type): "unknown message \(type)"
        case .tooLong(let bytes, let limit): "\(bytes) bytes where \(limit) are the limit"
        case .unsolicitedUpdate: "an update without a request"
        case .flood: "updates without end"
        case .stalled: "the other side does not read"
        case .timedOut: "timed out"
        case .closed: "closed by the other side"
        case .interrupted: "interrupted"
        case .system(let error): error.description
        }
    }
}

/// Bounds that foreign bytes are held to.
public enum RFBLimits {
    /// Longest side of a picture, pixels.
    public static let side = 4096
    /// Desktop names and refusal reasons, bytes.
    public static let textBytes = 4096
    /// Clipboard texts are skipped, up to this length, bytes.
    public static let cutTextBytes = 1 << 18
    /// Encodings in one SetEncodings.
    public static let encodings = 512
    /// Pixels of one update, in pictures: overlapping rectangles are legal, endless ones are not.
    public static let picturesInUpdate = 4
    /// Updates in a row without a pixel.
    public static let emptyUpdates = 256
}
