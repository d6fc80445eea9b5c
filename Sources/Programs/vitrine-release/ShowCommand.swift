internal import ArgumentParser
internal import Crypto
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows a manifest, and whether the key that it names has signed it.",
        discussion: "Exit code 1 when a signature is not good. Which key to trust is the server's operator's to say.")
    @Argument(help: "The manifest.")
    var file: String

    func run() throws {
        let envelope = try SignedEnvelope(
            decoding: read(file, limit: EvidenceLimits.manifestBytes), limit: EvidenceLimits.manifestBytes)
        let manifest = try ReleaseManifest(decoding: envelope.payload)
        let point = [4] + manifest.authorityX + manifest.authorityY
        print("version      \(manifest.version)")
        print("generation   \(manifest.generation)")
        print("time         \(Date(timeIntervalSince1970: Double(manifest.time)).formatted(.iso8601))")
        for (register, value) in zip(manifest.registers, manifest.registerValues(sha256: sha256)) {
            print("register     \(register) = \(value.hexadecimal)")
        }
        for measurement in manifest.measurements {
            print("measurement  \(measurement.register)  \(measurement.digest.hexadecimal)  \(measurement.name)")
        }
        print("key          \(sha256(point).hexadecimal)")
        guard let key = try? P256.Signing.PublicKey(x963Representation: point) else {
            throw Complaint("the key is no point of P-256")
        }
        let message = SignedEnvelope.toBeSigned(payload: envelope.payload, context: SignedEnvelope.Context.release)
        guard isValid(envelope.signature, message, key) else { throw Complaint("the manifest's signature is not good") }
        for policy in manifest.policies {
            let approved = manifest.policyMessage(offset: policy.offset, sha256: sha256)
            guard isValid(policy.signature, approved, key) else {
                throw Complaint("the signature of the policy for offset \(policy.offset) is not good")
            }
            print("policy       offset \(policy.offset)")
        }
        print("signatures   good")
    }

    private func isValid(_ signature: [UInt8], _ message: [UInt8], _ key: P256.Signing.PublicKey) -> Bool {
        // A signature of another length has signed nothing.
        guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
