internal import Wire

/// One extension of a platform configuration register: what was measured, and its SHA-256.
public struct Measurement: Hashable, Sendable {
    public let register: Int
    /// For people: a program's name. Not part of what the TPM knows.
    public let name: String
    /// 32 bytes.
    public let digest: [UInt8]

    /// Nil where a value could not be in a log: a register that no TPM has, an unclean or long name, another length.
    public init?(register: Int, name: String, digest: [UInt8]) {
        guard EvidenceLimits.registers.contains(register), digest.count == 32,
            WireText.isClean(name, bytes: 1...EvidenceLimits.nameBytes)
        else { return nil }
        self.register = register
        self.name = name
        self.digest = digest
    }

    var cbor: CBOR { .array([.unsigned(UInt64(register)), .text(name), .bytes(digest)]) }

    init?(cbor: CBOR) {
        guard let parts = cbor.array, parts.count == 3, let register = parts[0].unsigned, let name = parts[1].text,
            let digest = parts[2].bytes
        else { return nil }
        self.init(register: Int(clamping: register), name: name, digest: digest)
    }
}

/// What was measured since the machine started, in order.
public struct EventLog: Equatable, Sendable {
    private static let eventsKey: UInt64 = 1

    /// At most `EvidenceLimits.events`.
    public private(set) var events: [Measurement]

    /// Nil when there are more events than a log may have.
    public init?(events: [Measurement]) {
        guard events.count <= EvidenceLimits.events else { return nil }
        self.events = events
    }

    public init(decoding bytes: [UInt8]) throws(EvidenceError) {
        let record = try RecordReader(bytes, .eventLog, limit: EvidenceLimits.eventLogBytes, keys: 1...1)
        events = try Self.measurements(record, Self.eventsKey)
    }

    /// At most `EvidenceLimits.eventLogBytes`.
    public func encoded() -> [UInt8] {
        CBOR.fields([0: .unsigned(EvidenceLimits.format), Self.eventsKey: .array(events.map(\.cbor))]).encoded()
    }

    /// The registers' values (32 bytes each) that these events lead to, in the order asked for.
    public func values(of registers: [Int], sha256: Hash) -> [[UInt8]] {
        Self.replay(events, into: registers, sha256: sha256)
    }

    static func measurements(_ record: RecordReader, _ key: UInt64) throws(EvidenceError) -> [Measurement] {
        var result: [Measurement] = []
        for item in try record.array(key, count: 0...EvidenceLimits.events) {
            guard let measurement = Measurement(cbor: item) else { throw record.bad(key) }
            result.append(measurement)
        }
        return result
    }

    /// Registers begin with 32 zero bytes; each event makes SHA-256(old ‖ digest) of one (TPM2_PCR_Extend).
    static func replay(_ events: [Measurement], into registers: [Int], sha256: Hash) -> [[UInt8]] {
        registers.map { register in
            events.lazy.filter { $0.register == register }.reduce([UInt8](repeating: 0, count: 32)) {
                sha256($0 + $1.digest)
            }
        }
    }
}
