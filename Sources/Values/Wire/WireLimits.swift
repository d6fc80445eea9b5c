/// Every bound that foreign bytes are held to, in one place. A message over a limit ends its connection.
public enum WireLimits {
    /// The protocol versions this build speaks.
    public static let versions: [UInt64] = [1]
    /// ALPN protocol identifier.
    public static let applicationProtocol = "vitrine/1"

    /// Longest frame from the terminal, without its length field.
    public static let terminalFrameBytes = 4096
    /// Longest frame from the server: an intra picture of 1920×1080 at QP 20 stays well below.
    public static let serverFrameBytes = 4 << 20
    /// Deepest nesting of CBOR containers.
    public static let nesting = 6
    /// Most items of one CBOR array or map.
    public static let containerItems = 64
    /// Longest text, in UTF-8 bytes, unless a narrower limit is named.
    public static let textBytes = 256
    public static let identifierBytes = 64
    public static let requestIdentifierBytes = 16
    public static let resumeTokenBytes = 16
    /// Largest picture in either direction, pixels.
    public static let pictureSide = 4096
}
