internal import Crypto
public import Database
public import Evidence
internal import FoundationEssentials

/// A release whose envelope carries a good signature by a maker whom the operator trusts.
public struct TrustedRelease: Equatable, Sendable {
    public var manifest: ReleaseManifest
    public var isRetired: Bool
    /// SHA-256 values of `manifest.registers`, on a machine that runs it.
    public let values: [[UInt8]]

    public init(manifest: ReleaseManifest, isRetired: Bool) {
        self.manifest = manifest
        self.isRetired = isRetired
        values = manifest.registerValues(sha256: Digests.sha256)
    }
}

public enum Digests {
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { [UInt8](SHA256.hash(data: bytes)) }
}

/// Why a release is not one to trust.
public enum ReleaseError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(EvidenceError)
    /// No key that the operator trusts has signed it.
    case untrusted
    /// Signed by a trusted key, but it says that it is another maker's.
    case otherAuthority
    /// A policy in it that the maker's key has not signed: terminals could not open their stores.
    case badPolicy(offset: UInt64)

    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .untrusted: "signed by no key that is trusted: vitrinectl release trust"
        case .otherAuthority: "names another key than the one that signed it"
        case .badPolicy(let offset): "its policy for offset \(offset) is not signed by its key"
        }
    }
}

extension ReleaseManifest {
    /// Opens an envelope that one of `keys` (65 bytes each) must have signed, its policies too.
    public init(envelope bytes: [UInt8], signedBy keys: [[UInt8]]) throws(ReleaseError) {
        let manifest = try ReleaseManifest(recorded: bytes, signedBy: keys)
        for policy in manifest.policies {
            let approved = manifest.policyMessage(offset: policy.offset, sha256: Digests.sha256)
            guard Self.isValid(policy.signature, over: approved, by: [4] + manifest.authorityX + manifest.authorityY)
            else { throw .badPolicy(offset: policy.offset) }
        }
        self = manifest
    }

    /// The same for one whose policies were checked when it was added: the envelope's signature is over them.
    fileprivate init(recorded bytes: [UInt8], signedBy keys: [[UInt8]]) throws(ReleaseError) {
        let envelope: SignedEnvelope
        do throws(EvidenceError) {
            envelope = try SignedEnvelope(decoding: bytes, limit: EvidenceLimits.manifestBytes)
        } catch {
            throw .unreadable(error)
        }
        let message = SignedEnvelope.toBeSigned(payload: envelope.payload, context: SignedEnvelope.Context.release)
        guard let signer = keys.first(where: { Self.isValid(envelope.signature, over: message, by: $0) }) else {
            throw .untrusted
        }
        let manifest: ReleaseManifest
        do throws(EvidenceError) { manifest = try ReleaseManifest(decoding: envelope.payload) } catch {
            throw .unreadable(error)
        }
        guard [4] + manifest.authorityX + manifest.authorityY == signer else { throw .otherAuthority }
        self = manifest
    }

    /// ECDSA with P-256 and SHA-256; `point` has 65 bytes, the signature 64.
    static func isValid(_ signature: [UInt8], over message: [UInt8], by point: [UInt8]) -> Bool {
        // A point off the curve, or a signature of another length, has signed nothing.
        guard let key = try? P256.Signing.PublicKey(x963Representation: point),
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
        else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

extension Directory {
    /// The releases that the operator has added and whose maker is trusted now.
    public func trustedReleases() throws(DatabaseError) -> [TrustedRelease] {
        let keys = try releaseKeys().map(\.point)
        var releases: [TrustedRelease] = []
        for record in try self.releases() {
            // One whose maker is trusted no longer counts for nothing; it is still listed.
            guard let manifest = try? ReleaseManifest(recorded: record.manifest, signedBy: keys) else { continue }
            releases.append(TrustedRelease(manifest: manifest, isRetired: record.retired != nil))
        }
        return releases
    }
}
