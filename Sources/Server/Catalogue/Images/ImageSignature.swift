public import Crypto
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase
internal import Wire

/// What a signature is about, and when it was made: the payload of an envelope (`SignedEnvelope`, context `application`).
/// CBOR, {0: "image" or "folder", 1: digest, 2: seconds since 1970}.
public struct SignedContent: Equatable, Sendable {
    public enum Kind: String, Sendable {
        /// The digest is that of the image's manifest.
        case image
        /// The digest is that of `FolderImport`.
        case folder
    }

    public var kind: Kind
    /// SHA-256, 32 bytes.
    public var digest: [UInt8]
    /// Seconds since 1970. Of two images under one name the one that was signed later is the newer one.
    public var time: UInt64

    static let envelopeBytes = 512
    /// Under which a signature is found in a sibling's manifest, in Base64.
    static let annotation = "org.vitrine.signature"

    public init(kind: Kind, digest: [UInt8], time: UInt64) {
        self.kind = kind
        self.digest = digest
        self.time = time
    }

    /// The message that is signed with ES256.
    public var message: [UInt8] {
        SignedEnvelope.toBeSigned(payload: payload, context: SignedEnvelope.Context.application)
    }

    /// The envelope with a signature (64 bytes) over `message`.
    public func envelope(signature: [UInt8]) -> [UInt8] {
        SignedEnvelope.encode(payload: payload, signature: signature)
    }

    private var payload: [UInt8] {
        CBOR.fields([0: .text(kind.rawValue), 1: .bytes(digest), 2: .unsigned(time)]).encoded()
    }

    /// Reads an envelope that one of `keys` must have signed.
    public init(envelope bytes: [UInt8], signedBy keys: SigningKeys) throws(CatalogueError) {
        let envelope: SignedEnvelope
        do throws(EvidenceError) { envelope = try SignedEnvelope(decoding: bytes, limit: Self.envelopeBytes) } catch {
            throw .badSignature("the signature is unreadable: \(error)")
        }
        let message = SignedEnvelope.toBeSigned(
            payload: envelope.payload, context: SignedEnvelope.Context.application)
        guard keys.verify(message, envelope.signature) else {
            throw .badSignature("no key that is trusted has signed it")
        }
        let item: CBOR
        do throws(WireError) { item = try CBOR(decoding: envelope.payload) } catch {
            throw .badSignature("the signature is unreadable: \(error)")
        }
        guard let kind = item[0]?.text.flatMap(Kind.init(rawValue:)), let digest = item[1]?.bytes, digest.count == 32,
            let time = item[2]?.unsigned, time < 1 << 40
        else { throw .badSignature("the signature says nothing of an application") }
        self.init(kind: kind, digest: digest, time: time)
        // One form only, as everywhere.
        guard payload == envelope.payload else { throw .badSignature("the signature has another form") }
    }

    /// Refuses a signature over something else.
    func check(_ kind: Kind, _ digest: String) throws(CatalogueError) {
        guard self.kind == kind, self.digest.hexadecimal == digest else {
            throw .badSignature("the signature is for another \(self.kind.rawValue)")
        }
    }

    var date: Date { Date(timeIntervalSince1970: Double(time)) }
}

/// The public keys whose signatures count: the operator's own, and those of makers whom he names.
public struct SigningKeys: Sendable {
    private let keys: [P256.Signing.PublicKey]

    public init(_ keys: [P256.Signing.PublicKey]) { self.keys = keys }

    /// From files in PEM.
    public init(files: [String]) throws(CatalogueError) {
        var keys: [P256.Signing.PublicKey] = []
        for file in files {
            let bytes: [UInt8]
            do { bytes = try Files.read(file, limit: 16384) } catch { throw .key(file, problem: "cannot be read") }
            // The library's words may quote what it read: they are left out.
            guard let key = try? P256.Signing.PublicKey(pemRepresentation: String(decoding: bytes, as: UTF8.self))
            else {
                throw .key(file, problem: "no public key on P-256 in PEM")
            }
            keys.append(key)
        }
        self.keys = keys
    }

    func verify(_ message: [UInt8], _ signature: [UInt8]) -> Bool {
        // What is not 64 bytes is no signature of anything.
        guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
        return keys.contains { $0.isValidSignature(signature, for: message) }
    }
}

/// What an import believes.
public enum Trust: Sendable {
    /// Whatever it is given: for trials, and said aloud by whoever chooses it.
    case anything
    /// What one of these keys has signed. Without a signature in the hand, an image's is looked for beside it.
    case signed(by: SigningKeys, signature: [UInt8]? = nil)
}
