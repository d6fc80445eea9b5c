// vitrine-provision: the factory's and the operator's hand on a terminal: makes its keys and its sealed store, asks for a
// certificate, installs the records that the server exports. Not needed in daily running; shows no record's content.

internal import Glibc
internal import LinuxBase
internal import Seal
internal import TLS
internal import TPM

let help = """
    Usage: vitrine-provision init --store DIR --tcti TCTI --terminal NAME --csr FILE
           vitrine-provision install --store DIR --tcti TCTI BUNDLE
           vitrine-provision list --store DIR --tcti TCTI

      init      makes the terminal's keys in the TPM and its sealed store, where they are absent, and writes a
                certificate request (PEM) to FILE
      install   checks the records of BUNDLE (made by `vitrinectl table export`) and puts them into the store
      list      names and sizes of the records

      --tcti    the TPM, as tpm2-tss names it: device:/dev/tpmrm0, or swtpm:path=SOCKET for development;
                not behind a resource manager, one process at a time: stop vitrine-terminal first

    Exit status: 0 done, 64 wrong usage, 65 bad input or altered store, 66 no such file, 69 TPM not usable,
    73 cannot write
    """

/// Exit codes of sysexits.h.
enum ExitCode {
    static let usage: Int32 = 64
    static let badData: Int32 = 65
    static let noInput: Int32 = 66
    static let unavailable: Int32 = 69
    static let cannotCreate: Int32 = 73
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
}

func say(_ text: String, to number: Int32 = 1) {
    let bytes = Array((text + "\n").utf8)
    // A reader that has gone away changes nothing about what was done.
    _ = unsafe bytes.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
}

let words = Array(CommandLine.arguments.dropFirst())
if words.contains("--help") {
    say(help)
    exit(0)
}

do {
    let arguments: Arguments
    do throws(Arguments.Problem) {
        arguments = try Arguments(words, options: ["--store", "--tcti", "--terminal", "--csr"])
    } catch {
        throw Problem("\(error); --help shows the usage", ExitCode.usage)
    }
    try Process.keepMemoryPrivate()
    try Command(arguments).run()
} catch let problem as Problem {
    say("vitrine-provision: \(problem.text)", to: 2)
    exit(problem.code)
} catch {
    say("vitrine-provision: \(error)", to: 2)
    exit(ExitCode.cannotCreate)
}
