internal import LinuxBase
internal import Seal
internal import TLS
internal import TPM

/// The three commands.
struct Command {
    private enum Action {
        case initialise(terminal: String, request: String)
        case install(bundle: String)
        case list
    }
    private let action: Action
    private let store: String
    private let tcti: String

    init(_ arguments: Arguments) throws(Problem) {
        do throws(Arguments.Problem) {
            var words = arguments.words[...]
            let name = words.popFirst()
            switch (name, words.count) {
            case ("init", 0):
                action = .initialise(
                    terminal: try arguments.required("--terminal"), request: try arguments.required("--csr"))
            case ("install", 1): action = .install(bundle: words[words.startIndex])
            case ("list", 0): action = .list
            default: throw .bad(name: "command", value: name ?? "(none)", expected: "init, install BUNDLE or list")
            }
            store = try arguments.required("--store")
            tcti = try arguments.required("--tcti")
        } catch {
            throw Problem("\(error); --help shows the usage", ExitCode.usage)
        }
    }

    func run() throws(Problem) {
        let tpm: TPMDevice
        do throws(TPMError) { tpm = try TPMDevice(tcti: tcti) } catch { throw Problem(error) }
        if tpm.isSoftware {
            say("vitrine-provision: WARNING: software TPM, its keys are a file: development only", to: 2)
        }
        switch action {
        case .initialise(let terminal, let request): try initialise(tpm, terminal, request)
        case .install(let bundle): try install(tpm, bundle)
        case .list: try list(tpm)
        }
    }

    /// Keeps what is there, so that it can be run again after a power cut, or for the next certificate.
    private func initialise(_ tpm: TPMDevice, _ terminal: String, _ request: String) throws(Problem) {
        let point: P256PublicPoint
        do throws(TPMError) {
            try tpm.provision()
            point = try tpm.clientPublicKey()
        } catch {
            throw Problem(error)
        }
        do throws(SealError) {
            if SealedStore.isProvisioned(store) {
                _ = try SealedStore(opening: store, tpm: tpm)
            } else {
                try SealedStore.provision(folder: store, tpm: tpm)
            }
        } catch {
            throw Problem(error)
        }
        let pem: [UInt8]
        do throws(TLSError) {
            pem = try makeCertificateRequest(commonName: terminal, publicKey: (point.x, point.y)) { digest in
                let signature = try tpm.sign(digest: digest)
                return (signature.r, signature.s)
            }
        } catch {
            throw Problem(error)
        }
        do throws(SystemCallError) {
            try Files.replace(request, with: pem, mode: 0o644)
        } catch {
            throw Problem(error.description, ExitCode.cannotCreate)
        }
        say("terminal \(terminal), client key \(fingerprint(point)), request in \(request)")
    }

    /// Checks everything before it writes anything.
    private func install(_ tpm: TPMDevice, _ path: String) throws(Problem) {
        let bundle = try ProvisioningBundle(reading: path)
        let opened: SealedStore
        do throws(SealError) { opened = try SealedStore(opening: store, tpm: tpm) } catch { throw Problem(error) }
        try bundle.checkCertificate(tpm, beside: opened)
        do throws(SealError) {
            for (name, bytes) in bundle.records { try opened.write(name, bytes) }
        } catch {
            throw Problem(error)
        }
        say("\(bundle.records.count) records installed")
    }

    /// A record that cannot be read is named and makes the command fail, after all have been looked at.
    private func list(_ tpm: TPMDevice) throws(Problem) {
        var failure: SealError?
        do throws(SealError) {
            let store = try SealedStore(opening: store, tpm: tpm)
            for name in try store.names() {
                do throws(SealError) {
                    say("\(name)  \(try store.read(name).count) bytes")
                } catch {
                    say("\(name)  REFUSED")
                    failure = failure ?? error
                }
            }
        } catch {
            throw Problem(error)
        }
        if let failure { throw Problem(failure) }
    }

    /// The first eight bytes of SHA-256 over the public key, for the eye.
    private func fingerprint(_ point: P256PublicPoint) -> String {
        Digest.sha256(subjectPublicKeyInfo(x: point.x, y: point.y)).prefix(8)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
