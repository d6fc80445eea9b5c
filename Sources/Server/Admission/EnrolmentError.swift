public import Database
public import Evidence

/// Why a terminal cannot be enrolled by its TPM. Holds no text out of its certificate or request.
public enum EnrolmentError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(EvidenceError)
    /// The request was made by another terminal than the operator names.
    case otherTerminal(asked: String)

    // The endorsement certificate.
    case badCertificate
    case noRoots
    /// No authority of TPMs that the operator trusts has signed it.
    case unknownIssuer
    case chain(fault: ChainFault)
    case endorsementKeyDiffers
    case unfitEndorsementKey(reason: String)
    /// One TPM is one terminal.
    case inUse(terminal: String)

    // The TPM's keys.
    case unfitAttestationKey(reason: String)
    case unfitClientKey(reason: String)
    case badCertification(EvidenceError)
    /// The attestation key has certified another key than the channel's.
    case certifiesOtherKey
    case certificationNotSigned
    /// The certificate request is for another key than the TPM's.
    case requestForOtherKey

    // A renewal.
    case notEnrolled
    case revoked
    case renewalForOtherKey

    case admission(AdmissionError)
    case directory(DatabaseError)
    /// The cryptographic library failed where it cannot with good input.
    case cryptography

    public enum ChainFault: String, Equatable, Sendable {
        case notAnAuthority = "an issuer that is no certificate authority"
        case tooLong = "more authorities than an issuer allows"
        case notYetValid = "a certificate that is not valid yet"
        case expired = "an expired certificate"
    }

    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .otherTerminal(let asked): "the request was made by terminal \(asked)"
        case .badCertificate: "the TPM's endorsement certificate is not readable"
        case .noRoots: "no authority of TPMs is known: vitrinectl endorsement add"
        case .unknownIssuer: "the TPM's endorsement certificate is signed by no authority that is known"
        case .chain(let fault): "the TPM's endorsement certificate depends on \(fault.rawValue)"
        case .endorsementKeyDiffers: "the TPM's endorsement key is not the one in its certificate"
        case .unfitEndorsementKey(let reason): "the TPM's endorsement key is unfit: \(reason)"
        case .inUse(let terminal): "this TPM is terminal \(terminal)'s: revoke that first"
        case .unfitAttestationKey(let reason): "the attestation key is unfit: \(reason)"
        case .unfitClientKey(let reason): "the channel's key is unfit: \(reason)"
        case .badCertification(let error): "the channel's key is not certified: \(error)"
        case .certifiesOtherKey: "the attestation key has certified another key than the channel's"
        case .certificationNotSigned: "the channel's key is not certified by the attestation key"
        case .requestForOtherKey: "the certificate request is for another key than the TPM's"
        case .notEnrolled: "no terminal of this name is enrolled"
        case .revoked: "the terminal is revoked"
        case .renewalForOtherKey: "a renewal is for the same key as before"
        case .admission(let error): error.description
        case .directory(let error): error.description
        case .cryptography: "the cryptographic library failed"
        }
    }
}
