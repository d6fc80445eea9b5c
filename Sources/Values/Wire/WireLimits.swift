/// Every bound that foreign bytes are held to, in one place. A message over a limit ends its connection.
public enum WireLimits {
    /// The protocol versions this build speaks.
    public static let versions: [UInt64] = [1]
    /// ALPN protocol identifier.
    public static let applicationProtocol = "vitrine/1"

    /// Longest frame from the terminal, without its length field: an attestation with its event log.
    public static let terminalFrameBytes = 52 << 10
    /// Longest message from the terminal but an attestation.
    public static let terminalMessageBytes = 8192
    public static let nonceBytes = 32
    public static let ticketBytes = 32
    public static let activationBytes = 32
    /// Longest TPMS_ATTEST: the quotes and certifications of the TPM 2.0 library specification stay below 300 bytes.
    public static let statementBytes = 1024
    public static let signatureBytes = 64
    public static let eventLogBytes = 48 << 10
    /// Longest certificate, or request for one, in PEM.
    public static let certificateBytes = 4096
    /// Platform configuration registers 0…23.
    public static let registers: ClosedRange<UInt64> = 0...23
    /// Most items of stored data in one request, and the longest.
    public static let storedItems = 16
    public static let storedBytes = 256
    /// Longest frame from the server: an intra picture of 1920×1080 at QP 20 stays well below.
    public static let serverFrameBytes = 4 << 20
    /// Deepest nesting of CBOR containers.
    public static let nesting = 6
    /// Most items of one CBOR array or map.
    public static let containerItems = 64
    /// Most data items of one message, in all.
    public static let messageItems = 1024
    /// Longest text, in UTF-8 bytes, unless a narrower limit is named.
    public static let textBytes = 256
    public static let identifierBytes = 64
    public static let requestIdentifierBytes = 16
    public static let resumeTokenBytes = 16
    /// Largest picture in either direction, pixels.
    public static let pictureSide = 4096
    /// Fastest display, thousandths of a hertz.
    public static let refreshMillihertz: UInt64 = 1_000_000
    /// H.264 level_idc, ITU-T H.264 table A-1: 9 (level 1b) to 62.
    public static let levels: ClosedRange<UInt64> = 9...62
    /// Most temporal layers of a stream, as OpenH264 makes them.
    public static let temporalLayers: UInt64 = 4
    /// Most versions in one hello.
    public static let versionCount = 16
    /// Largest amount in minor units: twelve digits, as EMV tag 9F02 has.
    public static let amount: UInt64 = 999_999_999_999
    /// Longest value of an application's complementary data, in UTF-8 bytes.
    public static let dataBytes = 4096
    /// ISO/IEC 7812-1.
    public static let accountDigits = 8...19
    /// EMV tags 57, 4F and 9F12.
    public static let track2Bytes = 1...19
    public static let cardApplicationBytes = 5...16
    public static let cardLabelBytes = 16
    /// ISO 9564-1.
    public static let pinDigits: UInt64 = 12
    public static let pinBlockBytes = 16
    public static let keySerialNumberBytes = 12
    /// Attempts of one session to pay: more is an application that does not know when to stop.
    public static let attempts: UInt64 = 8
    /// One-time codes and identifiers that an issuer asks for.
    public static let proofBytes = 40
    /// While a PIN is typed both ends send as many bytes, as often: what a terminal has to say then takes some tens of
    /// bytes, and a picture with another star some hundreds.
    public static let slotMilliseconds: Int64 = 20
    public static let terminalSlotBytes = 64
    public static let serverSlotBytes = 1024
}
