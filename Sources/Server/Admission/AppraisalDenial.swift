public import Database
public import Evidence
public import Wire

/// Why a terminal's attestation does not pass. One case for each thing that can be wrong; holds no foreign text but a
/// measurement's name, quoted.
public enum AppraisalDenial: Error, Equatable, Sendable, CustomStringConvertible {
    // The terminal.
    case unknownTerminal
    case revoked
    /// Enrolled by its channel's key alone.
    case withoutTPM
    case notActivated
    case wrongActivation
    case activationUsedTwice

    // The statement.
    case badStatement(EvidenceError)
    case notMadeByTPM
    case notAQuote(type: UInt16)
    /// Not by the attestation key that was enrolled: another key's, or of other bytes.
    case badSignature
    /// Made for another challenge, or for another connection.
    case otherChallenge
    case otherRegisters
    case badLog(EvidenceError)
    /// The event log does not lead to the registers' values.
    case logDiffers

    // The software.
    case noReleases
    case unknownRelease(ReleaseDifference)
    case retiredRelease(version: String)
    case belowMinimum(version: String, generation: UInt64, minimum: UInt64)

    // The TPM's time.
    case resetsWentBack
    case clockWentBack(milliseconds: UInt64)
    /// After a loss of power, further than a TPM's clock can fall back.
    case unsafeClockWentBack(milliseconds: UInt64)
    case resetWithinConnection

    case directory(DatabaseError)

    /// For the operator.
    public var description: String {
        switch self {
        case .unknownTerminal: "no terminal of this name is enrolled"
        case .revoked: "the terminal is revoked"
        case .withoutTPM: "the terminal was enrolled without a TPM: vitrinectl terminal enrol --request"
        case .notActivated: "the terminal has not shown the secret of its enrolment"
        case .wrongActivation: "the secret of the enrolment is wrong"
        case .activationUsedTwice: "the secret of the enrolment was shown again after it had done its work"
        case .badStatement(let error): "\(error)"
        case .notMadeByTPM: "the statement was not made by a TPM"
        case .notAQuote(let type): "the statement is no quote: type 0x\(String(type, radix: 16))"
        case .badSignature: "the statement is not signed by the attestation key of this terminal"
        case .otherChallenge: "the statement answers another challenge, or was made for another connection"
        case .otherRegisters: "the statement is about other registers than asked for"
        case .badLog(let error): "\(error)"
        case .logDiffers: "the event log does not lead to the values in the registers"
        case .noReleases: "no release is known: vitrinectl release trust, vitrinectl release add"
        case .unknownRelease(let difference): difference.description
        case .retiredRelease(let version): "release \(version) is retired"
        case .belowMinimum(let version, let generation, let minimum):
            "release \(version) has generation \(generation), below the group's minimum \(minimum)"
        case .resetsWentBack: "the TPM counts fewer resets than before: its state was put back"
        case .clockWentBack(let by): "the TPM's clock went back by \(by) ms: its state was put back"
        case .unsafeClockWentBack(let by):
            "the TPM's clock went back by \(by) ms and is not safe: more than a loss of power explains"
        case .resetWithinConnection:
            "the TPM was reset while the connection lasted: it is not in the machine at its end"
        case .directory(let error): error.description
        }
    }

    /// For the terminal: says what to do about it, and little more.
    public var refusal: Refusal {
        switch self {
        case .unknownTerminal: Refusal(code: .unknownTerminal, reason: "terminal not enrolled")
        case .revoked: Refusal(code: .unknownTerminal, reason: "certificate revoked")
        case .directory: Refusal(code: .internalFailure, reason: "server failure")
        case .withoutTPM: Refusal(code: .notAttested, reason: "enrolled without a TPM")
        case .notActivated: Refusal(code: .notAttested, reason: "enrolment not finished")
        case .wrongActivation, .activationUsedTwice: Refusal(code: .notAttested, reason: "enrolment not accepted")
        case .badStatement, .notMadeByTPM, .notAQuote, .otherRegisters:
            Refusal(code: .notAttested, reason: "statement not accepted")
        case .badSignature: Refusal(code: .notAttested, reason: "statement signed by another key")
        case .otherChallenge: Refusal(code: .notAttested, reason: "statement for another challenge")
        case .badLog, .logDiffers: Refusal(code: .notAttested, reason: "event log not accepted")
        case .noReleases, .unknownRelease: Refusal(code: .notAttested, reason: "software not known")
        case .retiredRelease, .belowMinimum: Refusal(code: .notAttested, reason: "software no longer accepted")
        case .resetsWentBack, .clockWentBack, .unsafeClockWentBack, .resetWithinConnection:
            Refusal(code: .notAttested, reason: "TPM's time not accepted")
        }
    }

    /// True for what no group's leniency lets through.
    var isFinal: Bool {
        switch self {
        case .unknownTerminal, .revoked, .directory: true
        default: false
        }
    }
}

/// Where a terminal's measurements part from those of the release that is nearest to them.
public struct ReleaseDifference: Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Equatable, Sendable {
        /// Measured otherwise.
        case differs
        /// Measured by the terminal only.
        case added
        /// Not measured by the terminal.
        case missing
    }
    public var kind: Kind
    /// The measurement's name: the release's, or where it has none the terminal's, quoted.
    public var name: String
    public var version: String

    public init(kind: Kind, name: String, version: String) {
        self.kind = kind
        self.name = name
        self.version = version
    }

    public var description: String {
        switch kind {
        case .differs: "\(name) differs from release \(version)"
        case .added: "\(name) is not part of release \(version)"
        case .missing: "\(name) of release \(version) was not measured"
        }
    }
}
