internal import Wire

/// A payload with one ECDSA signature on P-256 with SHA-256: COSE_Sign1 of RFC 9052 §4.2 in its deterministic encoding,
/// tagged (18), algorithm ES256 in the protected header, no other header. What is signed also covers a context, so that
/// a signature for one purpose is none for another.
public struct SignedEnvelope: Equatable, Sendable {
    /// Contexts of the signatures in use.
    public enum Context {
        public static let release = "vitrine release 1"
        public static let table = "vitrine table 1"
        public static let application = "vitrine application 1"
    }

    public static let signatureBytes = 64
    /// Tag of COSE_Sign1 (RFC 9052 §2).
    private static let tag: UInt64 = 18
    /// {1: -7}: algorithm ES256 (RFC 9053 §2.1).
    private static let protectedHeader = CBOR.map([.unsigned(1): .negative(6)]).encoded()

    public let payload: [UInt8]
    /// r ‖ s, 32 bytes each.
    public let signature: [UInt8]

    /// `signature` is r ‖ s, 64 bytes, over `toBeSigned`.
    public static func encode(payload: [UInt8], signature: [UInt8]) -> [UInt8] {
        precondition(signature.count == signatureBytes, "an ES256 signature has 64 bytes")
        return CBOR.tagged(
            tag, .array([.bytes(protectedHeader), .map([:]), .bytes(payload), .bytes(signature)])
        ).encoded()
    }

    /// Sig_structure of RFC 9052 §4.4: the message that is hashed and signed. `context` is the external data.
    public static func toBeSigned(payload: [UInt8], context: String) -> [UInt8] {
        CBOR.array([
            .text("Signature1"), .bytes(protectedHeader), .bytes(Array(context.utf8)), .bytes(payload),
        ]).encoded()
    }

    /// Reads the envelope; the signature is the caller's to check. `limit` is the most bytes of the whole.
    public init(decoding bytes: [UInt8], limit: Int) throws(EvidenceError) {
        guard bytes.count <= limit else { throw .tooLong(.envelope, bytes: bytes.count, limit: limit) }
        let item: CBOR
        do throws(WireError) { item = try CBOR(decoding: bytes, limits: EvidenceLimits.records) } catch {
            throw .notEncoded(.envelope, error)
        }
        guard case .tagged(Self.tag, .array(let parts)) = item, parts.count == 4 else {
            throw .unknownFormat(.envelope)
        }
        guard parts[0].bytes == Self.protectedHeader else { throw .bad(.envelope, key: 0) }
        guard parts[1] == .map([:]) else { throw .bad(.envelope, key: 1) }
        guard let payload = parts[2].bytes else { throw .bad(.envelope, key: 2) }
        guard let signature = parts[3].bytes, signature.count == Self.signatureBytes else {
            throw .bad(.envelope, key: 3)
        }
        self.payload = payload
        self.signature = signature
    }
}
