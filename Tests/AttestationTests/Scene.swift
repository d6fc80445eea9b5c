internal import Admission
internal import Crypto
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase
internal import Rig
internal import TPM

/// What two real TPMs said, once, for all who judge it.
struct Scene: Sendable {
    static let shared = Result { try Scene() }

    static let nonce = [UInt8](1...32)
    static let exporter = [UInt8](101...132)

    /// In order: it passes.
    let evidence: AttestationEvidence
    let records: AppraisalRecords
    let clock: TPMClock
    /// Of the same TPM for the same challenge, but about other registers.
    let programsOnly: AttestationEvidence
    let bootOnly: AttestationEvidence
    let more: AttestationEvidence
    let none: AttestationEvidence
    /// For other challenges.
    let otherNonce: AttestationEvidence
    let otherExporter: AttestationEvidence
    /// A certification by the same key that carries the challenge.
    let certification: (statement: [UInt8], signature: [UInt8])
    /// The quote's digest, signed by the channel's key: its TPM signs whatever it is given.
    let byClientKey: [UInt8]
    /// Of another terminal in the same state.
    let stranger: AttestationEvidence
    let strangersArea: [UInt8]
    /// After the plug was pulled: the clock is not safe.
    let afterPowerCut: AttestationEvidence
    let maker = Maker()

    static let secret = [UInt8](201...232)

    private init() throws {
        let subject = try Subject(1)
        let device = try subject.device()
        evidence = try subject.evidence(nonce: Self.nonce, exporter: Self.exporter)
        func quote(_ registers: [Int]) throws -> AttestationEvidence {
            try subject.evidence(nonce: Self.nonce, exporter: Self.exporter, registers: registers)
        }
        (programsOnly, bootOnly, more, none) = (
            try quote([14]), try quote([11]), try quote([11, 12, 14]), try quote([])
        )
        otherNonce = try subject.evidence(nonce: Self.exporter, exporter: Self.exporter)
        otherExporter = try subject.evidence(nonce: Self.nonce, exporter: Self.nonce)
        let certified = try device.certifyClientKey(
            qualifyingData: AttestationEvidence.extraData(nonce: Self.nonce, exporter: Self.exporter))
        certification = (certified.bytes, certified.signature.r + certified.signature.s)
        let signature = try device.sign(digest: Digests.sha256(evidence.statement))
        byClientKey = signature.r + signature.s
        let area = try device.attestationArea()
        let other = try Subject(2)
        stranger = try other.evidence(nonce: Self.nonce, exporter: Self.exporter)
        strangersArea = try other.device().attestationArea()
        try subject.restart(orderly: false)
        afterPowerCut = try subject.evidence(nonce: Self.nonce, exporter: Self.exporter)

        let quoted = try QuoteStatement(decoding: evidence.statement)
        clock = TPMClock(
            clock: quoted.clock, resetCount: quoted.resetCount, restartCount: quoted.restartCount,
            firmware: quoted.firmwareVersion)
        let identity = TerminalIdentity(
            attestationArea: area, endorsement: [UInt8](repeating: 1, count: 32),
            activation: Digests.sha256(Self.secret), activated: Date(timeIntervalSince1970: 1_800_000_000))
        let terminal = TerminalRecord(
            name: "t1", fingerprint: [], serial: "", certificate: "", enrolled: Date(), expires: Date(),
            identity: identity)
        records = AppraisalRecords(
            terminal: terminal, minimum: 0,
            releases: [TrustedRelease(manifest: try maker.manifest(), isRetired: false)], last: nil, first: nil)
    }
}
