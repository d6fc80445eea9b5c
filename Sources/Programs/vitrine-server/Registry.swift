internal import Admission
internal import Catalogue
internal import Database
internal import FoundationEssentials
internal import Logging
internal import Wire

/// A session that may begin: everything that its cell needs.
struct Prepared: Sendable {
    /// The audit row's number, which is the session's on the wire.
    var id: UInt64
    var entry: CatalogueEntry
    var request: ApplicationRequest
}

/// The server's records as its sessions use them. Blocks on SQLite: called from session threads and the thread pool,
/// never from the event loop.
struct Registry: Sendable {
    let directory: Directory
    let policy: AdmissionPolicy
    let catalogue: ApplicationCatalogue
    let log: Logger
    let state: String

    init(state: String, log: Logger) throws {
        self.state = state
        directory = try Directory(opening: state)
        policy = try AdmissionPolicy(directory: directory)
        catalogue = ApplicationCatalogue(directory: directory, state: state)
        self.log = log
    }

    /// Certificate → terminal. A refusal is in the operator's log and in the records.
    func terminal(certificate: [UInt8]) -> Result<AdmittedTerminal, AdmissionDenial> {
        do throws(AdmissionDenial) {
            return .success(try policy.terminal(certificate: certificate))
        } catch {
            note(error.refusal, reason: error.reason, terminal: error.terminal)
            return .failure(error)
        }
    }

    /// Nil for a terminal that may stay connected. A refusal is in the operator's log and in the records.
    func refusal(of terminal: AdmittedTerminal) -> Refusal? {
        do throws(AdmissionDenial) {
            try policy.checkStanding(of: terminal)
            return nil
        } catch {
            // Records that cannot be read for a moment are no reason to send everybody away.
            guard error.refusal.code != .internalFailure else { return nil }
            note(error.refusal, reason: error.reason, terminal: error.terminal)
            return error.refusal
        }
    }

    /// Request → rights → application → complementary data → a row in the audit.
    func prepare(_ request: ExecutionRequest, on terminal: AdmittedTerminal) -> Result<Prepared, RefusedRequest> {
        do {
            let grant = try policy.admit(request, on: terminal)
            let entry = try catalogue.application(request.application)
            var forApplication = try catalogue.request(for: request, terminal: grant.terminal, entry: entry)
            forApplication.stored = SessionWallet.withoutAccount(request.stored)
            forApplication.account = SessionWallet(stored: request.stored).stored?.view
            let id = try directory.startSession(
                terminal: grant.terminal, user: grant.user, application: grant.application, digest: entry.digest,
                now: Date())
            return .success(Prepared(id: UInt64(id), entry: entry, request: forApplication))
        } catch let denial as AdmissionDenial {
            note(denial.refusal, reason: denial.reason, terminal: denial.terminal)
            return .failure(RefusedRequest(refusal: denial.refusal))
        } catch let error as CatalogueError {
            note(error.refusal, reason: error.description, terminal: terminal.name)
            return .failure(RefusedRequest(refusal: error.refusal))
        } catch {
            log.error("records: \(error)")
            return .failure(RefusedRequest(refusal: Refusal(code: .internalFailure, reason: "server failure")))
        }
    }

    /// Closes the session's row.
    func finish(_ id: UInt64, _ verdict: Mailbox.Verdict) {
        let (outcome, detail) = verdict.record
        do {
            try directory.endSession(Int64(id), outcome: outcome, detail: detail, now: Date())
        } catch {
            log.error("records: session \(id) stays open: \(error)")
        }
    }

    func note(_ refusal: Refusal, reason: String, terminal: String?) {
        log.warning(
            "refused: \(reason)", metadata: ["terminal": "\(terminal ?? "unknown")", "code": "\(refusal.code)"])
        do {
            try directory.note("refused", terminal: terminal, detail: reason, now: Date())
        } catch {
            log.error("records: a refusal is in the log only: \(error)")
        }
    }
}

/// Why a request does not become a session.
struct RefusedRequest: Error, Sendable {
    var refusal: Refusal
}

extension Mailbox.Verdict {
    /// As the audit has it. The detail names no card and no code: references and reasons are the application's words
    /// for the operator.
    fileprivate var record: (outcome: SessionOutcome, detail: String) {
        if isInterrupted { return (.interrupted, "server shut down") }
        return switch outcome {
        case .approved(let reference): (.approved, reference)
        case .declined(let reason): (.declined, reason)
        case .needsMore(let request): (.needsMore, request)
        case .ended: (.ended, "")
        case .cancelled: (.cancelled, "")
        case .failed(let reason): (.failed, reason)
        }
    }
}
