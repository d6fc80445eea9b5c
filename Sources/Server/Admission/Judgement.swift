internal import Crypto
public import Database
public import Evidence

/// What a terminal sent, and what it was asked.
public struct AttestationEvidence: Sendable {
    /// TPMS_ATTEST.
    public var statement: [UInt8]
    /// r ‖ s, 64 bytes.
    public var signature: [UInt8]
    /// An encoded `EventLog`.
    public var log: [UInt8]
    public var activation: [UInt8]?
    public var nonce: [UInt8]
    /// Keying material of the connection, the same at both ends.
    public var exporter: [UInt8]
    /// Ascending.
    public var registers: [Int]

    public init(
        statement: [UInt8], signature: [UInt8], log: [UInt8], activation: [UInt8]?, nonce: [UInt8],
        exporter: [UInt8], registers: [Int] = ReleaseManifest.measuredRegisters
    ) {
        self.statement = statement
        self.signature = signature
        self.log = log
        self.activation = activation
        self.nonce = nonce
        self.exporter = exporter
        self.registers = registers
    }

    /// What a statement for this challenge on this connection holds: SHA-256(nonce ‖ exporter).
    public static func extraData(nonce: [UInt8], exporter: [UInt8]) -> [UInt8] {
        ChannelBinding.qualifyingData(nonce: nonce, binding: exporter, sha256: Digests.sha256)
    }
}

/// What the records say that an attestation is held to.
public struct AppraisalRecords: Sendable {
    public var terminal: TerminalRecord
    public var minimum: UInt64
    public var releases: [TrustedRelease]
    /// What the terminal's TPM last told, in this connection or before.
    public var last: TPMClock?
    /// What it first told in this connection.
    public var first: TPMClock?

    public init(
        terminal: TerminalRecord, minimum: UInt64, releases: [TrustedRelease], last: TPMClock?, first: TPMClock?
    ) {
        self.terminal = terminal
        self.minimum = minimum
        self.releases = releases
        self.last = last
        self.first = first
    }
}

/// One attestation judged: pure, the same for the same evidence and records.
public struct Judgement: Equatable, Sendable {
    /// What the activation secret has to do with it.
    public enum Activation: Equatable, Sendable {
        /// Shown, and right.
        case shown
        /// Not shown, and not needed any more.
        case past
    }

    /// The first thing that is wrong; nil when all is well.
    public private(set) var denial: AppraisalDenial?
    /// What the TPM told, as soon as it is certain that it was this terminal's, now.
    public private(set) var clock: TPMClock?
    /// The version of the release that the terminal runs.
    public private(set) var release: String?
    public private(set) var activation: Activation?
    /// What is unusual and no reason to refuse.
    public private(set) var notes: [String] = []

    public init(_ evidence: AttestationEvidence, by records: AppraisalRecords) {
        do throws(AppraisalDenial) {
            guard records.terminal.revoked == nil else { throw .revoked }
            guard let identity = records.terminal.identity else { throw .withoutTPM }
            let quote = try Self.quote(evidence, by: identity)
            let now = TPMClock(
                clock: quote.clock, resetCount: quote.resetCount, restartCount: quote.restartCount,
                firmware: quote.firmwareVersion)
            clock = now
            // Before what a lenient group lets pass: the terminal forgets the secret as soon as it is let in.
            activation = try Self.activation(evidence.activation, identity)
            let log = try Self.log(evidence, of: quote)
            try judge(now, isSafe: quote.isSafe, records)
            try judge(log, evidence.registers, records)
        } catch {
            denial = error
        }
    }

    /// The statement, once it is certain that this terminal's TPM made it for this challenge on this connection.
    private static func quote(
        _ evidence: AttestationEvidence, by identity: TerminalIdentity
    ) throws(AppraisalDenial) -> QuoteStatement {
        let quote: QuoteStatement
        do throws(EvidenceError) { quote = try QuoteStatement(decoding: evidence.statement) } catch {
            switch error {
            case .notMadeByTPM: throw .notMadeByTPM
            case .otherStatement(let type): throw .notAQuote(type: type)
            default: throw .badStatement(error)
            }
        }
        // An area on record was judged at enrolment; one that cannot be read has signed nothing.
        guard let area = try? PublicArea(decoding: identity.attestationArea),
            ReleaseManifest.isValid(evidence.signature, over: evidence.statement, by: area.point.uncompressed)
        else { throw .badSignature }
        let expected = AttestationEvidence.extraData(nonce: evidence.nonce, exporter: evidence.exporter)
        guard quote.extraData == expected else { throw .otherChallenge }
        guard quote.registers == evidence.registers else { throw .otherRegisters }
        return quote
    }

    private static func log(
        _ evidence: AttestationEvidence, of quote: QuoteStatement
    ) throws(AppraisalDenial) -> EventLog {
        let log: EventLog
        do throws(EvidenceError) { log = try EventLog(decoding: evidence.log) } catch { throw .badLog(error) }
        let values = log.values(of: evidence.registers, sha256: Digests.sha256)
        guard Digests.sha256(values.flatMap { $0 }) == quote.digest else { throw .logDiffers }
        return log
    }

    private static func activation(
        _ shown: [UInt8]?, _ identity: TerminalIdentity
    ) throws(AppraisalDenial) -> Activation {
        switch (shown, identity.activation) {
        case (let shown?, let expected?):
            guard areEqual(Digests.sha256(shown), expected) else { throw .wrongActivation }
            return .shown
        case (_?, nil): throw .activationUsedTwice
        case (nil, let expected):
            // An answer may be lost: until the terminal comes without the secret it may show it again.
            guard identity.activated != nil || expected == nil else { throw .notActivated }
            return .past
        }
    }

    /// Takes the same time wherever the first difference is.
    static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension Judgement {
    /// A TPM writes its clock down at least each 2²² ms, and after a loss of power goes on from there (TPM 2.0 library
    /// specification, part 1, §36.3.2).
    public static let clockInterval: UInt64 = 1 << 22

    private mutating func judge(
        _ now: TPMClock, isSafe: Bool, _ records: AppraisalRecords
    ) throws(AppraisalDenial) {
        if let first = records.first, first.resetCount != now.resetCount { throw .resetWithinConnection }
        guard let last = records.last else { return }
        // The counts have a constant added to them, and wrap round: see `StatementHead`.
        let resets = Int32(bitPattern: now.resetCount &- last.resetCount)
        guard resets >= 0 else { throw .resetsWentBack }
        if resets == 0 {
            guard Int32(bitPattern: now.restartCount &- last.restartCount) >= 0 else { throw .resetsWentBack }
        }
        if now.clock < last.clock {
            let back = last.clock - now.clock
            // A reset alone does not turn a clock back: it takes a loss of power, and then the TPM says so.
            guard resets > 0, !isSafe else { throw .clockWentBack(milliseconds: back) }
            guard back <= Self.clockInterval else { throw .unsafeClockWentBack(milliseconds: back) }
            notes.append("the TPM lost power: its clock went back by \(back) ms")
        }
        if now.firmware != last.firmware { notes.append("the TPM's firmware changed") }
    }

    private mutating func judge(
        _ log: EventLog, _ registers: [Int], _ records: AppraisalRecords
    ) throws(AppraisalDenial) {
        let values = log.values(of: registers, sha256: Digests.sha256)
        // Measured alike under several names: the one that is most welcome counts.
        let found = records.releases.filter { $0.manifest.registers == registers && $0.values == values }
            .max { ($0.isRetired ? 0 : 1, $0.manifest.generation) < ($1.isRetired ? 0 : 1, $1.manifest.generation) }
        guard let found else {
            guard
                let nearest = ReleaseDifference(
                    between: log.events.filter { registers.contains($0.register) }, and: records.releases)
            else { throw .noReleases }
            throw .unknownRelease(nearest)
        }
        let manifest = found.manifest
        release = manifest.version
        guard !found.isRetired else { throw .retiredRelease(version: manifest.version) }
        guard manifest.generation >= records.minimum else {
            throw .belowMinimum(
                version: manifest.version, generation: manifest.generation, minimum: records.minimum)
        }
    }
}

extension ReleaseDifference {
    /// Against the release that agrees with the log the longest; of those that do alike the newest that is not retired.
    /// Nil where there is no release.
    /// Names are not compared: they are the terminal's words, and no register holds them.
    init?(between log: [Measurement], and releases: [TrustedRelease]) {
        let compared = releases.map { release in
            (
                release: release,
                agreed: zip(release.manifest.measurements, log).prefix {
                    $0.register == $1.register && $0.digest == $1.digest
                }.count
            )
        }
        func rank(_ one: (release: TrustedRelease, agreed: Int)) -> (Int, Int, UInt64) {
            (one.agreed, one.release.isRetired ? 0 : 1, one.release.manifest.generation)
        }
        guard let nearest = compared.max(by: { rank($0) < rank($1) }) else { return nil }
        let manifest = nearest.release.manifest
        let expected = manifest.measurements.dropFirst(nearest.agreed).first
        let measured = log.dropFirst(nearest.agreed).first
        switch (expected, measured) {
        case (let expected?, let measured?) where expected.name == measured.name:
            self.init(kind: .differs, name: expected.name, version: manifest.version)
        case (_, let measured?):
            self.init(kind: .added, name: measured.name.loggable, version: manifest.version)
        case (let expected?, nil):
            self.init(kind: .missing, name: expected.name, version: manifest.version)
        case (nil, nil):
            // The same measurements for other registers.
            self.init(kind: .differs, name: "the choice of registers", version: manifest.version)
        }
    }
}
