internal import Wire

extension ReleaseManifest {
    private enum Key {
        static let version: UInt64 = 1
        static let time: UInt64 = 2
        static let generation: UInt64 = 3
        static let registers: UInt64 = 4
        static let measurements: UInt64 = 5
        /// x ‖ y.
        static let authority: UInt64 = 6
        static let policies: UInt64 = 7
    }

    public func encoded() -> [UInt8] {
        CBOR.fields([
            0: .unsigned(EvidenceLimits.format), Key.version: .text(version), Key.time: .unsigned(time),
            Key.generation: .unsigned(generation),
            Key.registers: .array(registers.map { .unsigned(UInt64($0)) }),
            Key.measurements: .array(measurements.map(\.cbor)), Key.authority: .bytes(authorityX + authorityY),
            Key.policies: .array(policies.map { .array([.unsigned($0.offset), .bytes($0.signature)]) }),
        ]).encoded()
    }

    /// The payload of an envelope whose signature is good: `authority` must still be compared with the key that made it.
    /// The manifest of an envelope that its own authority has signed; whether that is the right authority is the caller's
    /// to know. `isValid` checks a signature (r ‖ s) over a message by a public key (65 bytes, uncompressed).
    public init(
        verifying envelope: SignedEnvelope,
        _ isValid: (_ message: [UInt8], _ signature: [UInt8], _ point: [UInt8]) -> Bool
    ) throws(EvidenceError) {
        let manifest = try ReleaseManifest(decoding: envelope.payload)
        let message = SignedEnvelope.toBeSigned(payload: envelope.payload, context: SignedEnvelope.Context.release)
        guard isValid(message, envelope.signature, [4] + manifest.authorityX + manifest.authorityY) else {
            throw .notSigned(.manifest)
        }
        self = manifest
    }

    public init(decoding bytes: [UInt8]) throws(EvidenceError) {
        let record = try RecordReader(
            bytes, .manifest, limit: EvidenceLimits.manifestBytes, keys: Key.version...Key.policies)
        let version = try record.text(Key.version, bytes: 1...EvidenceLimits.versionBytes)
        let time = try record.unsigned(Key.time)
        let generation = try record.unsigned(Key.generation, in: 1...UInt64.max)
        let registers = try Self.registers(record)
        let measurements = try EventLog.measurements(record, Key.measurements)
        // A register that is not held to anything would be measured for nobody.
        guard measurements.allSatisfy({ registers.contains($0.register) }) else { throw record.bad(Key.measurements) }
        let authority = try record.bytes(Key.authority, count: 64...64)
        self.init(
            version: version, time: time, generation: generation, registers: registers, measurements: measurements,
            authorityX: Array(authority[..<32]), authorityY: Array(authority[32...]),
            policies: try Self.policies(record))
    }

    private static func registers(_ record: RecordReader) throws(EvidenceError) -> [Int] {
        var registers: [Int] = []
        for item in try record.array(Key.registers, count: 1...EvidenceLimits.registers.count) {
            guard let number = item.unsigned, EvidenceLimits.registers.contains(Int(clamping: number)),
                registers.last.map({ $0 < Int(number) }) ?? true
            else { throw record.bad(Key.registers) }
            registers.append(Int(number))
        }
        return registers
    }

    private static func policies(_ record: RecordReader) throws(EvidenceError) -> [Policy] {
        var policies: [Policy] = []
        for item in try record.array(Key.policies, count: 0...EvidenceLimits.policies) {
            guard let parts = item.array, parts.count == 2, let offset = parts[0].unsigned,
                let signature = parts[1].bytes, signature.count == SignedEnvelope.signatureBytes,
                policies.last.map({ $0.offset < offset }) ?? true
            else { throw record.bad(Key.policies) }
            policies.append(Policy(offset: offset, signature: signature))
        }
        return policies
    }
}
