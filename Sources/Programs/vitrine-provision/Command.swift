internal import Evidence
internal import LinuxBase
internal import Seal
internal import TLS
internal import TPM

/// What the command line asks for.
struct Command {
    private enum Action {
        case initialise(request: String)
        case enrol(server: String)
        case install(String)
        case setData(String)
        case removeData(String)
        case setPINKey(String)
        case list
        case status
        case retire
    }
    private let action: Action
    private let arguments: Arguments
    let store: String

    init(_ words: [String]) throws(Problem) {
        do throws(Arguments.Problem) {
            arguments = try Arguments(
                words,
                options: [
                    "--store", "--tcti", "--terminal", "--request", "--server", "--release", "--screen",
                    "--fingerprint",
                ], switches: ["--yes", "--replace"])
            action = try Self.action(arguments)
            store = try arguments.required("--store")
        } catch { throw Problem("\(error); --help shows the usage", ExitCode.usage) }
    }

    private static func action(_ arguments: Arguments) throws(Arguments.Problem) -> Action {
        let words = arguments.words
        switch (words.first, words.count) {
        case ("init", 1): return .initialise(request: try arguments.required("--request"))
        case ("enrol", 1): return .enrol(server: try arguments.required("--server"))
        case ("install", 2): return .install(words[1])
        case ("data", 3) where words[1] == "set": return .setData(words[2])
        case ("data", 3) where words[1] == "remove": return .removeData(words[2])
        case ("pin-key", 2): return .setPINKey(words[1])
        case ("list", 1): return .list
        case ("status", 1): return .status
        case ("retire", 1): return .retire
        default:
            throw .bad(
                name: "command", value: words.joined(separator: " "),
                expected: "enrol, init, install FILE, data set|remove NAME, pin-key IDENTIFIER, list, status or retire")
        }
    }

    func run() throws(Problem) {
        if case .retire = action { return try retire() }
        let tpm: TPMDevice
        let tcti = try required("--tcti")
        do throws(TPMError) { tpm = try TPMDevice(tcti: tcti) } catch { throw Problem(error) }
        if tpm.isSoftware {
            say("vitrine-provision: WARNING: software TPM, its keys are a file: development only", to: 2)
        }
        switch action {
        case .initialise(let path): try initialise(tpm, writing: path)
        case .enrol(let server): try enrol(tpm, at: server)
        case .install(let path): try install(tpm, path)
        case .setData(let name): try setData(tpm, name)
        case .removeData(let name): try removeData(tpm, name)
        case .setPINKey(let identifier): try setPINKey(tpm, identifier)
        case .list: try list(tpm)
        case .status: try status(tpm)
        case .retire: break
        }
    }

    func required(_ name: String) throws(Problem) -> String {
        do throws(Arguments.Problem) { return try arguments.required(name) } catch {
            throw Problem("\(error); --help shows the usage", ExitCode.usage)
        }
    }

    subscript(option name: String) -> String? { arguments[name] }
    var replacesStore: Bool { arguments.has("--replace") }
    var takesWithoutComparing: Bool { arguments.has("--yes") }

    /// The release under which the store opens. It says itself whose it is: whether that is the store's maker, the store
    /// looks at, and what the policy in it is worth, the TPM.
    func release() throws(Problem) -> ReleaseManifest {
        let path = arguments["--release"] ?? "/usr/lib/vitrine/release.cbor"
        let bytes = try Problem.read(path, limit: EvidenceLimits.manifestBytes)
        do throws(EvidenceError) {
            let envelope = try SignedEnvelope(decoding: bytes, limit: EvidenceLimits.manifestBytes)
            return try ReleaseManifest(verifying: envelope) { SignatureCheck.isValid($1, of: $0, point: $2) }
        } catch { throw Problem(path, error) }
    }

    func open(_ tpm: TPMDevice) throws(Problem) -> SealedStore {
        let release = try release()
        do throws(SealError) { return try SealedStore(opening: store, tpm: tpm, release: release) } catch {
            throw Problem(error)
        }
    }

    private func retire() throws(Problem) {
        do throws(SealError) {
            say("the store is now in \(try SealedStore.retire(store)); enrol the terminal again")
        } catch { throw Problem(error) }
    }

    /// A record that cannot be read is named and makes the command fail, after all have been looked at.
    private func list(_ tpm: TPMDevice) throws(Problem) {
        var failure: SealError?
        let store = try open(tpm)
        do throws(SealError) {
            for name in try store.names() {
                do throws(SealError) {
                    say("\(name)  \(try store.read(name).count) bytes")
                } catch {
                    say("\(name)  REFUSED")
                    failure = failure ?? error
                }
            }
        } catch { throw Problem(error) }
        if let failure { throw Problem(failure) }
    }

    private func status(_ tpm: TPMDevice) throws(Problem) {
        let release = try release()
        do throws(TPMError) {
            let lockout = try tpm.lockout()
            say("release            \(release.version), generation \(release.generation)")
            say("generation counter \(try tpm.generation())")
            say("store counter      \(try tpm.storeCounter())")
            let locked =
                lockout.isLockedOut ? "locked out for \(lockout.recovery.components.seconds) s" : "not locked out"
            say("TPM                \(locked), \(lockout.failures) of \(lockout.limit) failures")
        } catch { throw Problem(error) }
        _ = try open(tpm)
        say("store              opens")
    }
}
