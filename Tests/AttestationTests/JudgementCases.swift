internal import Admission
internal import Crypto
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import Testing
internal import Wire

/// One thing that is wrong with evidence or records, and the one reason that must be given for it.
struct JudgementCase: Sendable, CustomTestStringConvertible {
    typealias Change = @Sendable (Scene, inout AttestationEvidence, inout AppraisalRecords) throws -> Void
    let name: String
    let expected: AppraisalDenial
    let change: Change

    init(_ name: String, _ expected: AppraisalDenial, _ change: @escaping Change) {
        self.name = name
        self.expected = expected
        self.change = change
    }
    var testDescription: String { name }
}

/// A log of events, encoded by hand, so that it can be wrong.
private func log(_ events: [Measurement]) -> [UInt8] { EventLog(events: events)?.encoded() ?? [] }

private func release(
    _ scene: Scene, _ measurements: [Measurement], version: String = "1.2", isRetired: Bool = false,
    registers: [Int] = [11, 14]
) throws -> TrustedRelease {
    TrustedRelease(
        manifest: try scene.maker.manifest(version, measurements, registers: registers), isRetired: isRetired)
}

extension JudgementCase {
    static let all =
        statements + signatures + challenges + registers + logs + software + times + terminals

    static let statements: [JudgementCase] = [
        JudgementCase("no statement", .badStatement(.truncated(.statement))) { _, evidence, _ in evidence.statement = []
        },
        JudgementCase("a statement that ends a byte early", .badStatement(.truncated(.statement))) { _, evidence, _ in
            evidence.statement.removeLast()
        },
        JudgementCase("half a statement", .badStatement(.truncated(.statement))) { _, evidence, _ in
            evidence.statement.removeLast(evidence.statement.count / 2)
        },
        JudgementCase("a statement with a byte after it", .badStatement(.trailingBytes(.statement))) { _, evidence, _ in
            evidence.statement.append(0)
        },
        JudgementCase("two statements", .badStatement(.trailingBytes(.statement))) { _, evidence, _ in
            evidence.statement += evidence.statement
        },
        JudgementCase("a statement of a megabyte", .badStatement(.tooLong(.statement, bytes: 1 << 20, limit: 1024))) {
            _, evidence, _ in
            evidence.statement = [UInt8](repeating: 0xFF, count: 1 << 20)
        },
        JudgementCase("a statement without the TPM's mark", .notMadeByTPM) { _, evidence, _ in
            evidence.statement[0] ^= 1
        },
        JudgementCase("a message in the form of a statement", .notMadeByTPM) { _, evidence, _ in
            evidence.statement.replaceSubrange(0..<4, with: Array("vitr".utf8))
        },
        JudgementCase("a statement of another type", .notAQuote(type: 0x801A)) { _, evidence, _ in
            evidence.statement[5] = 0x1A
        },
        JudgementCase("a certification by the same key", .notAQuote(type: 0x8017)) { scene, evidence, _ in
            evidence.statement = scene.certification.statement
            evidence.signature = scene.certification.signature
        },
        JudgementCase("a signer's name longer than names are", .badStatement(.outOfBounds(.statement))) {
            _, evidence, _ in
            evidence.statement[6] = 0xFF
        },
        JudgementCase("a clock that is neither safe nor unsafe", .badStatement(.outOfBounds(.statement))) {
            _, evidence, _ in
            // Magic, type, a name of 34 bytes, 32 bytes of extra data, clock and counts stand before it.
            evidence.statement[4 + 2 + 36 + 34 + 16] = 2
        },
    ]

    static let signatures: [JudgementCase] = [
        JudgementCase("no signature", .badSignature) { _, evidence, _ in evidence.signature = [] },
        JudgementCase("a signature that is a byte short", .badSignature) { _, evidence, _ in
            evidence.signature.removeLast()
        },
        JudgementCase("a signature with a byte after it", .badSignature) { _, evidence, _ in
            evidence.signature.append(0)
        },
        JudgementCase("a signature of zeros", .badSignature) { _, evidence, _ in
            evidence.signature = [UInt8](repeating: 0, count: 64)
        },
        JudgementCase("a signature's halves the other way round", .badSignature) { _, evidence, _ in
            evidence.signature = Array(evidence.signature[32...] + evidence.signature[..<32])
        },
        JudgementCase("a signature in DER", .badSignature) { _, evidence, _ in
            evidence.signature = [UInt8](
                try P256.Signing.ECDSASignature(rawRepresentation: evidence.signature).derRepresentation)
        },
        JudgementCase("the signature of another quote", .badSignature) { scene, evidence, _ in
            evidence.signature = scene.programsOnly.signature
        },
        JudgementCase("a signature by the channel's key of the same TPM", .badSignature) { scene, evidence, _ in
            evidence.signature = scene.byClientKey
        },
        JudgementCase("a signature by a key of software", .badSignature) { scene, evidence, _ in
            evidence.signature = try scene.maker.sign(evidence.statement)
        },
        JudgementCase("the quote of another terminal", .badSignature) { scene, evidence, _ in
            evidence.statement = scene.stranger.statement
            evidence.signature = scene.stranger.signature
        },
        JudgementCase("another terminal's attestation key on record", .badSignature) { scene, _, records in
            records.terminal.identity?.attestationArea = scene.strangersArea
        },
        JudgementCase("a quoted digest altered", .badSignature) { _, evidence, _ in
            evidence.statement[evidence.statement.count - 1] ^= 1
        },
        JudgementCase("an unsafe clock made safe", .badSignature) { scene, evidence, _ in
            evidence.statement = scene.afterPowerCut.statement
            evidence.signature = scene.afterPowerCut.signature
            evidence.statement[4 + 2 + 36 + 34 + 16] = 1
        },
    ]

    static let challenges: [JudgementCase] = [
        JudgementCase("an answer to another challenge", .otherChallenge) { scene, evidence, _ in
            evidence.statement = scene.otherNonce.statement
            evidence.signature = scene.otherNonce.signature
        },
        JudgementCase("an answer for another connection", .otherChallenge) { scene, evidence, _ in
            evidence.statement = scene.otherExporter.statement
            evidence.signature = scene.otherExporter.signature
        },
        JudgementCase("an answer from before", .otherChallenge) { _, evidence, _ in evidence.nonce[31] ^= 1 },
        JudgementCase("an answer passed on from another connection", .otherChallenge) { _, evidence, _ in
            evidence.exporter[0] ^= 1
        },
        JudgementCase("challenge and connection the other way round", .otherChallenge) { _, evidence, _ in
            swap(&evidence.nonce, &evidence.exporter)
        },
        JudgementCase("a challenge that is shorter and a connection that is longer", .otherChallenge) {
            _, evidence, _ in
            // The same bytes in a row would be the same hash: only equal lengths are ever compared by the server.
            evidence.exporter = []
        },
    ]

    static let registers: [JudgementCase] = [
        JudgementCase("a quote about the programs only", .otherRegisters) { scene, evidence, _ in
            evidence.statement = scene.programsOnly.statement
            evidence.signature = scene.programsOnly.signature
        },
        JudgementCase("a quote about the boot only", .otherRegisters) { scene, evidence, _ in
            evidence.statement = scene.bootOnly.statement
            evidence.signature = scene.bootOnly.signature
        },
        JudgementCase("a quote about more than was asked", .otherRegisters) { scene, evidence, _ in
            evidence.statement = scene.more.statement
            evidence.signature = scene.more.signature
        },
        JudgementCase("a quote about nothing", .otherRegisters) { scene, evidence, _ in
            evidence.statement = scene.none.statement
            evidence.signature = scene.none.signature
        },
        JudgementCase("a question about other registers", .otherRegisters) { _, evidence, _ in evidence.registers = [14]
        },
    ]

    static let logs: [JudgementCase] = [
        JudgementCase("no log", .badLog(.notEncoded(.eventLog, .truncated))) { _, evidence, _ in evidence.log = [] },
        JudgementCase("a log that ends early", .badLog(.notEncoded(.eventLog, .truncated))) { _, evidence, _ in
            evidence.log.removeLast()
        },
        JudgementCase("a log with a byte after it", .badLog(.notEncoded(.eventLog, .trailingBytes))) { _, evidence, _ in
            evidence.log.append(0)
        },
        JudgementCase("a log that is too long", .badLog(.tooLong(.eventLog, bytes: 60000, limit: 49152))) {
            _, evidence, _ in
            evidence.log = [UInt8](repeating: 0, count: 60000)
        },
        JudgementCase("a log without events", .logDiffers) { _, evidence, _ in evidence.log = log([]) },
        JudgementCase("a log with an event's digest altered", .logDiffers) { _, evidence, _ in
            evidence.log[evidence.log.count - 1] ^= 1
        },
        JudgementCase("a log without the last event", .logDiffers) { _, evidence, _ in
            evidence.log = log((Subject.boot + Subject.programs).dropLast())
        },
        JudgementCase("a log with an event that never was", .logDiffers) { _, evidence, _ in
            evidence.log = log(Subject.boot + Subject.programs + [Subject.measurement(14, "more", "")])
        },
        JudgementCase("a log in another order", .logDiffers) { _, evidence, _ in
            evidence.log = log(Subject.boot + Subject.programs.reversed())
        },
        JudgementCase("a log with an event in the other register", .logDiffers) { _, evidence, _ in
            let moved = Measurement(register: 11, name: "x", digest: Subject.programs[0].digest)
            evidence.log = log(Subject.boot + [moved].compactMap { $0 } + Subject.programs.dropFirst())
        },
        JudgementCase("the log of other software", .logDiffers) { _, evidence, _ in
            evidence.log = log(Subject.boot + Subject.programs.map { Subject.measurement(14, $0.name, "1.3") })
        },
    ]

    static let software: [JudgementCase] = [
        JudgementCase("no release known", .noReleases) { _, _, records in records.releases = [] },
        JudgementCase(
            "a program that was changed",
            .unknownRelease(ReleaseDifference(kind: .differs, name: "vitrine-decoder", version: "1.2"))
        ) { scene, _, records in
            var programs = Subject.programs
            programs[1] = Subject.measurement(14, "vitrine-decoder", "another")
            records.releases = [try release(scene, Subject.boot + programs)]
        },
        JudgementCase(
            "a kernel that was changed",
            .unknownRelease(ReleaseDifference(kind: .differs, name: "kernel", version: "1.2"))
        ) { scene, _, records in
            var boot = Subject.boot
            boot[0] = Subject.measurement(11, "kernel", "another")
            records.releases = [try release(scene, boot + Subject.programs)]
        },
        JudgementCase(
            "a program too many",
            .unknownRelease(ReleaseDifference(kind: .added, name: "\"vitrine-launch\"", version: "1.2"))
        ) { scene, _, records in
            records.releases = [try release(scene, Subject.boot + Subject.programs.dropLast())]
        },
        JudgementCase(
            "a program too few",
            .unknownRelease(ReleaseDifference(kind: .missing, name: "vitrine-more", version: "1.2"))
        ) { scene, _, records in
            records.releases = [
                try release(scene, Subject.boot + Subject.programs + [Subject.measurement(14, "vitrine-more", "")])
            ]
        },
        JudgementCase(
            "software near to one release and far from another",
            .unknownRelease(ReleaseDifference(kind: .differs, name: "vitrine-launch", version: "1.1"))
        ) { scene, _, records in
            var programs = Subject.programs
            programs[2] = Subject.measurement(14, "vitrine-launch", "another")
            records.releases = [
                try release(scene, [Subject.measurement(11, "kernel", "new")], version: "2"),
                try release(scene, Subject.boot + programs, version: "1.1"),
            ]
        },
        JudgementCase(
            "a release that holds fewer registers",
            .unknownRelease(ReleaseDifference(kind: .added, name: "\"kernel\"", version: "1.2"))
        ) { scene, _, records in
            records.releases = [try release(scene, Subject.programs, registers: [14])]
        },
        JudgementCase("a release that is retired", .retiredRelease(version: "1.2")) { scene, _, records in
            records.releases = [try release(scene, Subject.boot + Subject.programs, isRetired: true)]
        },
        JudgementCase(
            "a release below the group's minimum", .belowMinimum(version: "1.2", generation: 3, minimum: 4)
        ) { _, _, records in records.minimum = 4 },
    ]

    static let times: [JudgementCase] = [
        JudgementCase("fewer resets than before", .resetsWentBack) { scene, _, records in
            records.last = scene.clock
            records.last?.resetCount &+= 1
        },
        JudgementCase("fewer resets than before, across the end of the count", .resetsWentBack) { scene, _, records in
            records.last = scene.clock
            records.last?.resetCount &+= UInt32(Int32.max)
        },
        JudgementCase("fewer restarts than before", .resetsWentBack) { scene, _, records in
            records.last = scene.clock
            records.last?.restartCount &+= 1
        },
        JudgementCase("a clock that went back without a reset", .clockWentBack(milliseconds: 5)) { scene, _, records in
            records.last = scene.clock
            records.last?.clock += 5
        },
        JudgementCase("a safe clock that went back with a reset", .clockWentBack(milliseconds: 5)) {
            scene, _, records in
            records.last = scene.clock
            records.last?.clock += 5
            records.last?.resetCount &-= 1
        },
        JudgementCase(
            "an unsafe clock that went back without a reset", .clockWentBack(milliseconds: 9)
        ) { scene, evidence, records in
            let quote = try useStatementAfterPowerCut(scene, &evidence)
            records.last = scene.clock
            records.last?.resetCount = quote.resetCount
            records.last?.restartCount = quote.restartCount
            records.last?.clock = quote.clock + 9
        },
        JudgementCase(
            "an unsafe clock that went back further than a power cut explains",
            .unsafeClockWentBack(milliseconds: 1 << 22 + 1)
        ) { scene, evidence, records in
            let quote = try useStatementAfterPowerCut(scene, &evidence)
            records.last = scene.clock
            records.last?.clock = quote.clock + 1 << 22 + 1
        },
        JudgementCase("a reset while the connection lasted", .resetWithinConnection) { scene, _, records in
            records.first = scene.clock
            records.first?.resetCount &-= 1
            records.last = records.first
        },
    ]

    @discardableResult
    private static func useStatementAfterPowerCut(
        _ scene: Scene, _ evidence: inout AttestationEvidence
    ) throws -> QuoteStatement {
        evidence = scene.afterPowerCut
        let quote = try QuoteStatement(decoding: evidence.statement)
        #expect(!quote.isSafe)
        return quote
    }

    static let terminals: [JudgementCase] = [
        JudgementCase("a revoked terminal", .revoked) { _, _, records in records.terminal.revoked = Date() },
        JudgementCase("a terminal that was enrolled without a TPM", .withoutTPM) { _, _, records in
            records.terminal.identity = nil
        },
        JudgementCase("a terminal that has not shown its secret", .notActivated) { _, _, records in
            records.terminal.identity?.activated = nil
        },
        JudgementCase("a secret that is wrong", .wrongActivation) { _, evidence, records in
            records.terminal.identity?.activated = nil
            evidence.activation = Scene.secret.dropLast() + [0]
        },
        JudgementCase("a secret that is empty", .wrongActivation) { _, evidence, _ in evidence.activation = [] },
        JudgementCase("the hash of the secret for the secret", .wrongActivation) { _, evidence, records in
            evidence.activation = records.terminal.identity?.activation
        },
        JudgementCase("a secret that has done its work", .activationUsedTwice) { _, evidence, records in
            records.terminal.identity?.activation = nil
            evidence.activation = Scene.secret
        },
    ]
}
