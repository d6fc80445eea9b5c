import Evidence
import LinuxBase
import TLS

/// What this terminal's image says it is: the maker's release manifest, and what this boot has measured.
///
/// The manifest is signed by the maker that it names, and the store opens for one maker only. Nothing more is believed
/// here. The TPM compares the manifest's policy with its own registers before it opens the store, and
/// the server compares the log with the TPM's quote.
struct Software: Sendable {
    let release: ReleaseManifest
    /// The event log as it lies in its file; empty where nothing was measured, which no server accepts.
    let log: [UInt8]

    enum Problem: Error, CustomStringConvertible {
        case unreadable(String, Files.ReadError)
        case manifest(String, EvidenceError)
        var description: String {
            switch self {
            case .unreadable(let path, let error): "\(path): \(error)"
            case .manifest(let path, let error): "\(path): \(error)"
            }
        }
    }

    init(release path: String, log logPath: String) throws(Problem) {
        let bytes: [UInt8]
        do throws(Files.ReadError) { bytes = try Files.read(path, limit: EvidenceLimits.manifestBytes) } catch {
            throw .unreadable(path, error)
        }
        do throws(EvidenceError) {
            let envelope = try SignedEnvelope(decoding: bytes, limit: EvidenceLimits.manifestBytes)
            release = try ReleaseManifest(verifying: envelope) { SignatureCheck.isValid($1, of: $0, point: $2) }
        } catch { throw .manifest(path, error) }
        do throws(Files.ReadError) { log = try Files.read(logPath, limit: EvidenceLimits.eventLogBytes) } catch {
            guard case .system(let failure) = error, failure.isAbsent else { throw .unreadable(logPath, error) }
            log = []
        }
    }
}
