/// Why a decoder process ended by itself: its exit status is all that it can say.
public enum DecoderExit: Int32, Equatable, Sendable {
    /// The terminal has closed the socket.
    case done = 0
    /// The descriptor is not the terminal's socket, or its first message is not the terms.
    case notConfigured = 64
    /// The terminal sent something that the protocol does not know.
    case protocolError = 65
    /// libavcodec, memory or socket failed.
    case system = 70
    /// The cage did not close.
    case notConfined = 77
}
