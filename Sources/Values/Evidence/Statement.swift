/// What every statement of a TPM begins with (TPMS_ATTEST up to its `attested` part).
public struct StatementHead: Equatable, Sendable {
    /// The name of the signing key in its hierarchy.
    public let qualifiedSigner: [UInt8]
    /// What the asker gave, up to 64 bytes.
    public let extraData: [UInt8]
    /// Milliseconds of running since the TPM was last cleared. Goes on across restarts; may fall back by some seconds after
    /// a loss of power, and then `isSafe` is false.
    public let clock: UInt64
    /// TPM resets since the TPM was last cleared, and restarts since the last reset. For a key of the owner's hierarchy each
    /// has a constant of the key added to it (part 1, §36.7): compare them by difference, wrapping round.
    public let resetCount: UInt32
    public let restartCount: UInt32
    /// False while a clock as high as this one may have been told before.
    public let isSafe: Bool
    /// The TPM's firmware; the same constant applies.
    public let firmwareVersion: UInt64

    /// TPM_GENERATED_VALUE: a restricted key signs no caller's bytes that begin so.
    private static let generated: UInt32 = 0xFF54_4347
    /// TPMU_NAME and TPM2B_DATA: an algorithm identifier and at most a SHA-512.
    static let nameBytes = 66

    init(_ reader: inout TPMReader, type: UInt16) throws(EvidenceError) {
        guard try reader.long() == Self.generated else { throw .notMadeByTPM }
        let found = try reader.word()
        guard found == type else { throw .otherStatement(found) }
        qualifiedSigner = try reader.sized(limit: Self.nameBytes)
        extraData = try reader.sized(limit: Self.nameBytes)
        clock = try reader.quad()
        resetCount = try reader.long()
        restartCount = try reader.long()
        switch try reader.byte() {
        case 0: isSafe = false
        case 1: isSafe = true
        default: throw .outOfBounds(.statement)
        }
        firmwareVersion = try reader.quad()
    }
}

/// TPM2_Quote's statement: the digest of the values of some registers.
public struct QuoteStatement: Equatable, Sendable {
    /// Registers of one bank.
    public struct Selection: Equatable, Sendable {
        /// TPM_ALG_ID of the bank.
        public let bank: UInt16
        /// Ascending.
        public let registers: [Int]
    }

    public let head: StatementHead
    public let selections: [Selection]
    /// SHA-256 over the registers' values, in order.
    public let digest: [UInt8]

    /// TPM_ST_ATTEST_QUOTE.
    private static let type: UInt16 = 0x8018
    /// HASH_COUNT: banks that a TPM may have.
    private static let banks: UInt32 = 16

    public init(decoding bytes: [UInt8]) throws(EvidenceError) {
        var reader = try TPMReader(bytes, .statement, limit: EvidenceLimits.statementBytes)
        head = try StatementHead(&reader, type: Self.type)
        let count = try reader.long()
        guard count <= Self.banks else { throw .outOfBounds(.statement) }
        var selections: [Selection] = []
        for _ in 0..<count {
            let bank = try reader.word()
            // TPM2_PCR_SELECT_MAX is 4 in the library's headers, 3 on the PC client.
            let size = Int(try reader.byte())
            guard size <= 4 else { throw .outOfBounds(.statement) }
            let bits = try reader.take(size)
            let registers = (0..<(size * 8)).filter { bits[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
            selections.append(Selection(bank: bank, registers: registers))
        }
        self.selections = selections
        digest = try reader.sized(limit: 64)
        try reader.finish()
    }

    /// The registers, when all are of the SHA-256 bank.
    public var registers: [Int]? {
        guard selections.count == 1, selections[0].bank == PolicyDigest.sha256Algorithm else { return nil }
        return selections[0].registers
    }

    public var extraData: [UInt8] { head.extraData }
    public var clock: UInt64 { head.clock }
    public var resetCount: UInt32 { head.resetCount }
    public var restartCount: UInt32 { head.restartCount }
    public var isSafe: Bool { head.isSafe }
    public var firmwareVersion: UInt64 { head.firmwareVersion }
    public var qualifiedSigner: [UInt8] { head.qualifiedSigner }
}

/// TPM2_Certify's statement: an object of this name is loaded in the TPM of the signing key.
public struct CertifyStatement: Equatable, Sendable {
    public let head: StatementHead
    public let name: [UInt8]
    public let qualifiedName: [UInt8]

    /// TPM_ST_ATTEST_CERTIFY.
    private static let type: UInt16 = 0x8017

    public init(decoding bytes: [UInt8]) throws(EvidenceError) {
        var reader = try TPMReader(bytes, .statement, limit: EvidenceLimits.statementBytes)
        head = try StatementHead(&reader, type: Self.type)
        name = try reader.sized(limit: StatementHead.nameBytes)
        qualifiedName = try reader.sized(limit: StatementHead.nameBytes)
        try reader.finish()
    }
}
