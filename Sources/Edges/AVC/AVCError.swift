// AVC: H.264 encoding with OpenH264, the only importer of its header. Owns the library's encoder; never touches pixels
// other than the planes it is lent, never reads a foreign stream. A value lives on one thread at a time.

public import Pictures

public enum AVCError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The encoder takes even sides from 16 pixels up to what level 5.2 holds.
    case unsupportedSize(PixelSize)
    case create(code: Int32)
    case initialize(code: Int32)
    case encode(code: Int32)
    case forceKeyframe(code: Int32)

    public var description: String {
        switch self {
        case .unsupportedSize(let size): "a picture of \(size) cannot be encoded"
        case .create(let code): "OpenH264 gives no encoder (code \(code))"
        case .initialize(let code): "OpenH264 refuses the parameters (code \(code))"
        case .encode(let code): "OpenH264 cannot encode a picture (code \(code))"
        case .forceKeyframe(let code): "OpenH264 refuses a keyframe (code \(code))"
        }
    }
}
