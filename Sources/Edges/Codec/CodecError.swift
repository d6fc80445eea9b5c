public enum CodecError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The installed libavcodec has no H.264 decoder.
    case unavailable
    case outOfMemory
    case open(code: Int32)
    /// The gate did not let the access unit pass; the codec has not seen it.
    case refused(GateError)
    /// The codec found an error in the access unit.
    case damaged(code: Int32)
    /// The codec would have had to invent parts of the picture.
    case concealed
    /// The codec took the access unit and gave no picture back.
    case noPicture
    /// All buffers are lent or still referred to.
    case noBuffer

    public var description: String {
        switch self {
        case .unavailable: "libavcodec has no H.264 decoder"
        case .outOfMemory: "out of memory"
        case .open(let code): "avcodec_open2 failed (\(code))"
        case .refused(let error): "refused: \(error)"
        case .damaged(let code): "damaged access unit (\(code))"
        case .concealed: "damaged access unit (parts missing)"
        case .noPicture: "no picture came out"
        case .noBuffer: "no free buffer"
        }
    }
}
