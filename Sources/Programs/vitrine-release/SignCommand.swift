internal import ArgumentParser
internal import Crypto
internal import Evidence
internal import FoundationEssentials
internal import Glibc
internal import LinuxBase
internal import Wire

/// `NAME=PATH`
struct MeasuredFile: ExpressibleByArgument {
    let name: String
    let path: String
    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        (name, path) = (String(parts[0]), String(parts[1]))
    }
}

struct Sign: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the signed manifest of a release.",
        discussion: """
            Programs are given as vitrine-measure will measure them on the terminal: the same names, in the same order. What \
            the boot loader measures comes from an event log; without one, register 11 is expected to be empty.
            """)

    @Option(help: "The private key's file.")
    var key: String
    @Option(help: "The release's version.")
    var version: String
    @Option(help: "The release's generation, from 1: once it is confirmed, lower ones open no store any more.")
    var generation: UInt64
    @Option(
        name: .customLong("offset"),
        help: "Also for TPMs whose generation counter began this much higher; may be repeated.")
    var offsets: [UInt64] = []
    @Option(help: "The event log of register \(Self.bootRegister), as the boot loader will leave it.")
    var bootLog: String?
    @Option(name: .customLong("measure"), help: "A program of the trusted environment: NAME=PATH; in order, repeated.")
    var files: [MeasuredFile]
    @Option(help: "Seconds since 1970, for builds that are to come out the same (default: now).")
    var time: UInt64?
    @Option(help: "Where to write the manifest.")
    var out: String

    private static let bootRegister = 11
    private static let programRegister = 14

    func validate() throws {
        guard WireText.isClean(version, bytes: 1...EvidenceLimits.versionBytes) else {
            throw ValidationError("--version has 1 to \(EvidenceLimits.versionBytes) bytes and no control characters")
        }
        guard generation > 0 else { throw ValidationError("--generation is counted from 1") }
        guard !files.isEmpty else { throw ValidationError("there is nothing to --measure") }
        guard allOffsets.count <= EvidenceLimits.policies else {
            throw ValidationError("a manifest has room for \(EvidenceLimits.policies - 1) offsets")
        }
    }

    /// Zero is that of TPMs that were new.
    private var allOffsets: [UInt64] { Set(offsets + [0]).sorted() }

    func run() throws {
        let signer = try ReleaseKey(key)
        let measurements = try boot() + files.map(Self.measure)
        guard measurements.count <= EvidenceLimits.events else {
            throw Complaint("a release has at most \(EvidenceLimits.events) measurements")
        }
        let point = signer.point
        var manifest = ReleaseManifest(
            version: version, time: time ?? UInt64(Date().timeIntervalSince1970), generation: generation,
            measurements: measurements, authorityX: point.x, authorityY: point.y, policies: [])
        manifest.policies = try allOffsets.map {
            .init(offset: $0, signature: try signer.sign(manifest.policyMessage(offset: $0, sha256: sha256)))
        }
        let payload = manifest.encoded()
        let message = SignedEnvelope.toBeSigned(payload: payload, context: SignedEnvelope.Context.release)
        let envelope = SignedEnvelope.encode(payload: payload, signature: try signer.sign(message))
        // As terminals and servers will.
        _ = try ReleaseManifest(
            decoding: SignedEnvelope(decoding: envelope, limit: EvidenceLimits.manifestBytes).payload)
        try Files.replace(out, with: envelope, mode: 0o644)
        print(
            "release \(version), generation \(generation): \(measurements.count) measurements, \(envelope.count) bytes")
    }

    private func boot() throws -> [Measurement] {
        guard let bootLog else { return [] }
        let log = try EventLog(decoding: read(bootLog, limit: EvidenceLimits.eventLogBytes))
        if let other = log.events.first(where: { $0.register != Self.bootRegister }) {
            throw Complaint("\(bootLog) holds an event of register \(other.register), not \(Self.bootRegister)")
        }
        return log.events
    }

    private static func measure(_ given: MeasuredFile) throws -> Measurement {
        var hash = SHA256()
        do throws(SystemCallError) {
            let file = try Files.open(given.path, flags: O_RDONLY)
            var chunk = [UInt8](repeating: 0, count: 1 << 18)
            while case .bytes(let count) = try file.read(into: &chunk) { hash.update(data: chunk[..<count]) }
        } catch {
            throw Complaint(error.description)
        }
        let digest = [UInt8](hash.finalize())
        guard let measurement = Measurement(register: programRegister, name: given.name, digest: digest) else {
            throw Complaint("a measurement's name has 1 to \(EvidenceLimits.nameBytes) bytes and no control characters")
        }
        return measurement
    }
}
