// Evidence: what a terminal's TPM and its maker say about it, as bytes: signed envelopes, release manifests, event logs,
// TPM statements, enrolment. Pure values over foreign bytes; no cryptography (who needs a hash brings one), no I/O.

public import Wire

/// SHA-256, as the caller's library computes it: any bytes in, 32 out.
public typealias Hash = ([UInt8]) -> [UInt8]

/// Why bytes are not the evidence that they should be. Carries no foreign text: safe to log.
public enum EvidenceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being read; a word for the operator.
    public enum Subject: String, Equatable, Sendable {
        case envelope, eventLog, manifest, statement, publicArea, enrolmentRequest, enrolmentOffer, enrolmentGrant
    }

    case tooLong(Subject, bytes: Int, limit: Int)
    /// Not CBOR in its deterministic form, or not within the limits.
    case notEncoded(Subject, WireError)
    case missing(Subject, key: UInt64)
    /// A field of the wrong type, outside its range or length, or one that is not known.
    case bad(Subject, key: UInt64)
    case unknownFormat(Subject)
    case truncated(Subject)
    case trailingBytes(Subject)
    /// A size or number in a TPM's structure that the TPM's specification does not have.
    case outOfBounds(Subject)
    /// Not signed by whom it names.
    case notSigned(Subject)
    /// A statement without the mark of the TPM's own structures (TPM_GENERATED): anybody may have had it signed.
    case notMadeByTPM
    /// A statement about something else, by its TPMI_ST_ATTEST.
    case otherStatement(UInt16)
    /// A public area of an algorithm or curve that is not in use here.
    case otherAlgorithm(UInt16)

    public var description: String {
        switch self {
        case .tooLong(let subject, let bytes, let limit): "\(subject): \(bytes) bytes, more than \(limit)"
        case .notEncoded(let subject, let error): "\(subject): \(error)"
        case .missing(let subject, let key): "\(subject): field \(key) is missing"
        case .bad(let subject, let key): "\(subject): field \(key) is wrong"
        case .unknownFormat(let subject): "\(subject): written in a format that this version does not know"
        case .truncated(let subject): "\(subject): ends too early"
        case .trailingBytes(let subject): "\(subject): bytes after its end"
        case .outOfBounds(let subject): "\(subject): a size or number out of bounds"
        case .notSigned(let subject): "\(subject): not signed by the authority that it names"
        case .notMadeByTPM: "statement: not made by a TPM"
        case .otherStatement(let type): "statement: of type 0x\(String(type, radix: 16)), which was not asked for"
        case .otherAlgorithm(let number): "public area: algorithm or curve 0x\(String(number, radix: 16)) is not in use"
        }
    }
}
