/// What an attestation is bound to: both ends of a TLS connection compute it, nobody else can (RFC 9266).
public enum ChannelBinding {
    public static let label = "EXPORTER-Channel-Binding"
    public static let bytes = 32

    /// What the TPM signs over for a challenge on a connection: SHA-256(nonce ‖ binding).
    public static func qualifyingData(nonce: [UInt8], binding: [UInt8], sha256: ([UInt8]) -> [UInt8]) -> [UInt8] {
        sha256(nonce + binding)
    }
}
