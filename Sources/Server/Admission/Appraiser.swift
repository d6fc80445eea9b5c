public import Database
public import FoundationEssentials

/// A terminal that was let in on its attestation.
public struct Appraisal: Equatable, Sendable {
    /// The release that it runs; nil where a lenient group let in another.
    public var release: String?
    /// What its TPM told; nil where a lenient group let in something else. For the next appraisal in this connection.
    public var clock: TPMClock?
    /// `passed`, or `reported` where only the group's leniency let it in.
    public var verdict: AttestationRecord.Verdict
    /// For the operator: what was unusual. Empty where there was nothing.
    public var reason: String
    /// Seconds until the terminal is to be asked again.
    public var interval: Int
}

/// Judges attestations by the directory, and keeps what came of each in it. A value; calls block for some milliseconds
/// (they write): not for an event loop.
public struct Appraiser: Sendable {
    private let directory: Directory

    public init(directory: Directory) { self.directory = directory }

    /// `first` is the clock of this connection's first appraisal, nil at that one. Throws what the terminal is to be
    /// refused for; in a group that only reports, that is what no group lets through.
    public func appraise(
        _ evidence: AttestationEvidence, of terminal: String, first: TPMClock?, now: Date = Date()
    ) throws(AppraisalDenial) -> Appraisal {
        let (records, group) = try records(terminal, first)
        let judgement = Judgement(evidence, by: records)
        let verdict: AttestationRecord.Verdict
        switch judgement.denial {
        case nil: verdict = .passed
        case let denial? where !denial.isFinal && group.attestation == .report: verdict = .reported
        case _?: verdict = .refused
        }
        let reason = ([judgement.denial?.description].compactMap { $0 } + judgement.notes).joined(separator: "; ")
        try done { () throws(DatabaseError) in
            try directory.record(
                AttestationRecord(
                    terminal: terminal, at: now, verdict: verdict, reason: reason, release: judgement.release,
                    clock: judgement.clock))
        }
        if verdict == .refused, let denial = judgement.denial { throw denial }
        try done { () throws(DatabaseError) in try settle(judgement.activation, records.terminal, now) }
        return Appraisal(
            release: judgement.release, clock: judgement.clock, verdict: verdict, reason: reason,
            interval: group.interval)
    }

    private func records(
        _ name: String, _ first: TPMClock?
    ) throws(AppraisalDenial) -> (AppraisalRecords, GroupRecord) {
        do throws(DatabaseError) {
            if let terminal = try directory.terminal(named: name) {
                // A group that is gone is as strict as one that was never relaxed.
                let group = try directory.group(named: terminal.group) ?? GroupRecord(name: terminal.group)
                let records = AppraisalRecords(
                    terminal: terminal, minimum: group.minimum, releases: try directory.trustedReleases(),
                    last: try directory.lastClock(terminal: name), first: first)
                return (records, group)
            }
        } catch {
            throw .directory(error)
        }
        throw .unknownTerminal
    }

    private func settle(
        _ activation: Judgement.Activation?, _ terminal: TerminalRecord, _ now: Date
    ) throws(DatabaseError) {
        switch activation {
        case .shown where terminal.identity?.activated == nil:
            try directory.markActivated(terminal: terminal.name, now: now)
        case .past where terminal.identity?.activation != nil:
            try directory.forgetActivation(terminal: terminal.name)
        default: break
        }
    }

    private func done(_ body: () throws(DatabaseError) -> Void) throws(AppraisalDenial) {
        do { try body() } catch { throw .directory(error) }
    }
}
