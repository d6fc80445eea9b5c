import Cards
import Keys
import Launch
import LinuxBase
import Plane
import Seal
import TLS
import TPM

/// Why the trusted environment did not start, by what an operator has to look at.
enum StartProblem: Error, CustomStringConvertible {
    case tpm(TPMError)
    case software(Software.Problem)
    case store(SealError)
    case records(StoredRecords.Problem)
    case identity(TLSError)
    case screen(PlaneError)
    case keypad(KeysError)
    case cards(CardReaders.Failure)
    case launchSocket(LaunchError)
    case system(SystemCallError)

    var description: String {
        switch self {
        case .tpm(let error): "TPM: \(error)"
        case .software(let problem): "release: \(problem)"
        case .store(let error): "sealed store: \(error)"
        case .records(.store(let error)): "sealed store: \(error)"
        case .records(let problem): "sealed store: \(problem)"
        case .identity(let error): "the terminal's certificate or the server's roots: \(error)"
        case .screen(let error): "screen: \(error)"
        case .keypad(let error): "keypad: \(error)"
        case .cards(let failure): failure.description
        case .launchSocket(let error): "launch socket: \(error)"
        case .system(let error): error.description
        }
    }

    var exitCode: Int32 {
        switch self {
        case .software, .store, .records, .identity: ExitCode.dataError
        case .tpm, .screen, .keypad, .cards, .launchSocket, .system: ExitCode.software
        }
    }
}
