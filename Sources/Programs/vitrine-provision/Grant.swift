internal import Evidence
internal import Secrets
internal import TLS
internal import TPM

/// The answer to an enrolment's request, opened by the TPM that it was made for.
enum Grant {
    /// Nil for bytes that are no grant.
    static func decoded(_ bytes: [UInt8]) -> EnrolmentGrant? { try? EnrolmentGrant(decoding: bytes) }

    static func open(_ bytes: [UInt8], with tpm: TPMDevice) throws(Problem) -> [String: [UInt8]] {
        let grant: EnrolmentGrant
        do throws(EvidenceError) { grant = try EnrolmentGrant(decoding: bytes) } catch {
            throw Problem("the operator's answer", error)
        }
        return try open(grant, with: tpm)
    }

    static func open(_ grant: EnrolmentGrant, with tpm: TPMDevice) throws(Problem) -> [String: [UInt8]] {
        let secret: SecretBytes
        do throws(TPMError) {
            secret = try tpm.activate(credential: grant.credential, secret: grant.secret)
        } catch {
            throw Problem("this TPM cannot open the answer: \(error)", ExitCode.badData)
        }
        var message = unsafe secret.withBytes { bytes in EnrolmentGrant.keyMessage(secret: unsafe Array(bytes)) }
        var digest = Digest.sha256(message)
        let key = SecretBytes(copying: digest)
        wipe(&message)
        wipe(&digest)
        let bundle: [UInt8]
        do throws(TLSError) {
            bundle = try AEAD.open(grant.ciphertext[...], key: key, nonce: grant.nonce, authenticating: [])
        } catch {
            throw Problem("the operator's answer was altered: \(error)", ExitCode.badData)
        }
        do throws(EvidenceError) { return try EnrolmentGrant.records(ofBundle: bundle) } catch {
            throw Problem("the operator's answer", error)
        }
    }
}
