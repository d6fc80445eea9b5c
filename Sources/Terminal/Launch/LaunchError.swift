public import LinuxBase
public import Wire

/// Why a launch could not be asked for, read or answered. Carries no foreign text but the
/// terminal's own reason.
public enum LaunchError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemCallError)
    /// Bytes on the launch socket that are no message.
    case wire(WireError)
    /// A message of the launch socket whose field is missing or out of range.
    case badField(key: UInt64)
    /// The other side closed before it had said what it owed.
    case closed
    case timeout
    /// The client sent more than its one request.
    case unexpectedMessage
    /// The client does not read its answers.
    case tooSlow
    case invoice(InvoiceProblem)
    /// The terminal has no answer to a question, and says why.
    case refused(String)

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .wire(let error): "malformed message: \(error)"
        case .badField(let key): "field \(key) of the message is missing or wrong"
        case .closed: "the connection was closed"
        case .timeout: "no message in time"
        case .unexpectedMessage: "a message out of order"
        case .tooSlow: "answers are not read"
        case .invoice(let problem): problem.description
        case .refused(let reason): "refused: \(reason)"
        }
    }
}

/// What is wrong with an invoice file; lines are numbered from 1.
public enum InvoiceProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLarge(bytes: Int, limit: Int)
    case notText
    case notAssignment(line: Int)
    case unknownName(line: Int)
    case repeatedName(line: Int)
    case missing(name: String)
    case badValue(name: String, expected: String)

    public var description: String {
        switch self {
        case .tooLarge(let bytes, let limit): "the invoice has \(bytes) bytes, \(limit) are allowed"
        case .notText: "the invoice is not UTF-8 text"
        case .notAssignment(let line): "line \(line) of the invoice is not `name = value`"
        case .unknownName(let line):
            "line \(line) of the invoice: the name is none of \(InvoiceFile.names.joined(separator: ", "))"
        case .repeatedName(let line): "line \(line) of the invoice says again what a line before it said"
        case .missing(let name): "the invoice has no \(name)"
        case .badValue(let name, let expected): "the invoice's \(name): expected \(expected)"
        }
    }
}
