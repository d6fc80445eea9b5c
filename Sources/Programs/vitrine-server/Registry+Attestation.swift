internal import Admission
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase
internal import Logging
internal import Wire

/// What the records say of attestations, tables and certificates.
extension Registry {
    static let measuredRegisters = ReleaseManifest.measuredRegisters.map { UInt64($0) }

    /// Attestation → verdict. Each one is in the records; a refusal is in the operator's log too.
    func appraise(
        _ evidence: AttestationEvidence, of terminal: AdmittedTerminal, first: TPMClock?
    ) -> Result<Appraisal, RefusedRequest> {
        do throws(AppraisalDenial) {
            let appraisal = try Appraiser(directory: directory).appraise(evidence, of: terminal.name, first: first)
            let level: Logger.Level = appraisal.verdict == .passed ? .info : .warning
            log.log(
                level: level, "attested",
                metadata: [
                    "terminal": "\(terminal.name)", "release": "\(appraisal.release ?? "unknown")",
                    "verdict": "\(appraisal.verdict)", "remarks": "\(appraisal.reason)",
                ])
            promote(terminal)
            return .success(appraisal)
        } catch {
            note(error.refusal, reason: error.description, terminal: terminal.name)
            return .failure(RefusedRequest(refusal: error.refusal))
        }
    }

    /// A terminal that comes with its renewed certificate has no more use for the one before.
    private func promote(_ terminal: AdmittedTerminal) {
        do throws(DatabaseError) {
            guard try directory.promoteCertificate(terminal: terminal.name, fingerprint: terminal.fingerprint) else {
                return
            }
            log.notice("renewed certificate in use", metadata: ["terminal": "\(terminal.name)"])
            try directory.note("renewed", terminal: terminal.name, detail: "", now: Date())
        } catch {
            log.error("records: \(error)")
        }
    }

    /// The newest signed table of a terminal with its logos, if it is newer than `version`.
    func table(for terminal: String, newerThan version: UInt64) -> (version: UInt64, bytes: [UInt8])? {
        do throws(DatabaseError) {
            guard let newest = try directory.signedTableVersion(terminal: terminal), newest > version else {
                return nil
            }
            return try directory.signedTable(terminal: terminal)
        } catch {
            log.error("records: \(error)", metadata: ["terminal": "\(terminal)"])
            return nil
        }
    }

    func noteTable(_ version: UInt64, on terminal: String) {
        log.info("table installed", metadata: ["terminal": "\(terminal)", "version": "\(version)"])
        do throws(DatabaseError) {
            try directory.note("table", terminal: terminal, detail: "table \(version) installed", now: Date())
        } catch { log.error("records: \(error)") }
    }

    /// A new certificate (PEM) for the terminal's key; nil when it may not have one, which the operator reads in the log.
    func renew(_ request: [UInt8], for terminal: AdmittedTerminal) -> [UInt8]? {
        do {
            let office = EnrolmentOffice(
                directory: directory, authority: try CertificateAuthority.open(state: state, directory: directory),
                operatorPoint: [])
            let issued = try office.renew(terminal: terminal.name, request: request)
            log.notice("certificate renewed", metadata: ["terminal": "\(terminal.name)", "serial": "\(issued.serial)"])
            return Array(issued.pem.utf8)
        } catch {
            log.warning("certificate not renewed: \(error)", metadata: ["terminal": "\(terminal.name)"])
            return nil
        }
    }
}
