internal import Evidence
internal import LinuxBase
internal import Seal
internal import TLS
internal import TPM

/// Exit codes of sysexits.h.
enum ExitCode {
    static let usage: Int32 = 64
    static let badData: Int32 = 65
    static let noInput: Int32 = 66
    static let unavailable: Int32 = 69
    static let cannotCreate: Int32 = 73
    static let protocolError: Int32 = 76
}

/// A failure with its exit code.
struct Problem: Error {
    let text: String
    let code: Int32
    init(_ text: String, _ code: Int32) {
        self.text = text
        self.code = code
    }
    init(_ error: TPMError) { self.init(error.description, ExitCode.unavailable) }
    init(_ error: TLSError) { self.init(error.description, ExitCode.badData) }
    init(_ error: SealError) {
        let code: Int32 =
            switch error {
            case .tpm: ExitCode.unavailable
            case .missing: ExitCode.noInput
            case .system: ExitCode.cannotCreate
            default: ExitCode.badData
            }
        self.init(error.description, code)
    }
    init(_ what: String, _ error: EvidenceError) { self.init("\(what): \(error)", ExitCode.badData) }

    /// Reads a file that the user named.
    static func read(_ path: String, limit: Int) throws(Problem) -> [UInt8] {
        do throws(Files.ReadError) { return try Files.read(path, limit: limit) } catch {
            switch error {
            case .system(let error): throw Problem(error.description, ExitCode.noInput)
            case .tooLarge: throw Problem("\(path): larger than \(limit) bytes", ExitCode.badData)
            }
        }
    }
}
