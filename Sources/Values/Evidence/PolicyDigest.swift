/// The TPM's policy arithmetic (TPM 2.0 library specification, part 3, §23), for policies with SHA-256.
public enum PolicyDigest {
    /// A policy session's digest before its first command.
    public static let none = [UInt8](repeating: 0, count: 32)

    /// TPM_ALG_SHA256.
    public static let sha256Algorithm: UInt16 = 0x000B
    /// TPM_EO_UNSIGNED_LE.
    public static let unsignedLessOrEqual: UInt16 = 0x0009

    /// The NV index of the generation counter, the same on every terminal: its name is part of signed policies.
    public static let counterIndex: UInt32 = 0x0180_0020
    /// TPM_NT_COUNTER, AUTHREAD, AUTHWRITE, OWNERREAD, NO_DA: as the counter is defined.
    public static let counterAttributes: UInt32 = 0x0206_0014
    /// TPMA_NV_WRITTEN, which is part of the name after the first increment.
    private static let written: UInt32 = 0x2000_0000

    private enum Command {
        static let policyNV: UInt64 = 0x149
        static let policyAuthorize: UInt64 = 0x16A
        static let policyPCR: UInt64 = 0x17F
    }

    /// TPM2_PolicyPCR over the SHA-256 bank. `values` (32 bytes each) are in the order of `registers`, ascending.
    public static func pcr(_ old: [UInt8], registers: [Int], values: [[UInt8]], sha256: Hash) -> [UInt8] {
        sha256(old + bigEndian(Command.policyPCR, 4) + selection(registers) + sha256(values.flatMap { $0 }))
    }

    /// TPM2_PolicyNV: `operation` (a TPM_EO) between the index's value from `offset` on, and `operand`.
    public static func nv(
        _ old: [UInt8], operand: [UInt8], offset: UInt16, operation: UInt16, name: [UInt8], sha256: Hash
    ) -> [UInt8] {
        let comparison = sha256(operand + bigEndian(UInt64(offset), 2) + bigEndian(UInt64(operation), 2))
        return sha256(old + bigEndian(Command.policyNV, 4) + comparison + name)
    }

    /// TPM2_PolicyAuthorize: what an object is sealed to so that policies signed by a key (by its name) open it.
    public static func authorize(keyName: [UInt8], reference: [UInt8], sha256: Hash) -> [UInt8] {
        sha256(sha256(none + bigEndian(Command.policyAuthorize, 4) + keyName) + reference)
    }

    /// A counter's value as TPM2_PolicyNV compares it: eight bytes, big-endian.
    public static func operand(_ value: UInt64) -> [UInt8] { bigEndian(value, 8) }

    /// The name of the generation counter once it has been incremented: algorithm and SHA-256 of its TPMS_NV_PUBLIC.
    public static func counterName(sha256: Hash) -> [UInt8] {
        let algorithm = bigEndian(UInt64(sha256Algorithm), 2)
        // nvIndex, nameAlg, attributes, an empty authPolicy, dataSize.
        let area =
            bigEndian(UInt64(counterIndex), 4) + algorithm + bigEndian(UInt64(counterAttributes | written), 4)
            + bigEndian(0, 2) + bigEndian(8, 2)
        return algorithm + sha256(area)
    }

    /// TPML_PCR_SELECTION: one selection, three bytes of bits.
    static func selection(_ registers: [Int]) -> [UInt8] {
        var bits = [UInt8](repeating: 0, count: 3)
        for register in registers { bits[register / 8] |= 1 << UInt8(register % 8) }
        return bigEndian(1, 4) + bigEndian(UInt64(sha256Algorithm), 2) + [UInt8(bits.count)] + bits
    }
}
