internal import Wire

/// What a maker says about one release of the terminal's software: what its programs measure to, which older releases it
/// retires, and for the terminals' TPMs a signature over the policy under which their stores open. Travels in a
/// `SignedEnvelope` with the context `release`, signed by the same key.
public struct ReleaseManifest: Equatable, Sendable {
    /// PCR 11: kernel, initrd and command line, by the boot loader. PCR 14: the trusted environment's programs.
    public static let measuredRegisters = [11, 14]

    /// The maker's signature over one policy, for the TPMs whose generation counter began higher by `offset`.
    public struct Policy: Equatable, Sendable {
        public let offset: UInt64
        /// r ‖ s, 64 bytes, over `ReleaseManifest.policyMessage`.
        public let signature: [UInt8]
        public init(offset: UInt64, signature: [UInt8]) {
            self.offset = offset
            self.signature = signature
        }
    }

    public var version: String
    /// Seconds since 1970.
    public var time: UInt64
    /// From 1. Once a release is confirmed, releases with a lower number open no store.
    public var generation: UInt64
    /// Ascending.
    public var registers: [Int]
    /// In the order of measuring.
    public var measurements: [Measurement]
    /// The maker's public key on P-256, 32 bytes a coordinate.
    public var authorityX: [UInt8]
    public var authorityY: [UInt8]
    /// By ascending offset.
    public var policies: [Policy]

    public init(
        version: String, time: UInt64, generation: UInt64, registers: [Int] = measuredRegisters,
        measurements: [Measurement], authorityX: [UInt8], authorityY: [UInt8], policies: [Policy]
    ) {
        self.version = version
        self.time = time
        self.generation = generation
        self.registers = registers
        self.measurements = measurements
        self.authorityX = authorityX
        self.authorityY = authorityY
        self.policies = policies
    }

    /// The registers' values (32 bytes each) on a machine that runs this release, in the order of `registers`.
    public func registerValues(sha256: Hash) -> [[UInt8]] {
        EventLog.replay(measurements, into: registers, sha256: sha256)
    }

    /// The policy that the maker approves of: these registers, and a generation counter that has not passed this release.
    public func approvedPolicy(
        offset: UInt64, sha256: Hash, counterName: [UInt8]
    ) -> [UInt8] {
        let registersHold = PolicyDigest.pcr(
            PolicyDigest.none, registers: registers, values: registerValues(sha256: sha256), sha256: sha256)
        // A generation and an offset that have no sum belong to a counter that no TPM reaches.
        let (sum, overflow) = generation.addingReportingOverflow(offset)
        return PolicyDigest.nv(
            registersHold, operand: PolicyDigest.operand(overflow ? .max : sum), offset: 0,
            operation: PolicyDigest.unsignedLessOrEqual, name: counterName, sha256: sha256)
    }

    /// The TPM's policyRef: nothing for a TPM that was new, else the offset in eight bytes, big-endian.
    public static func policyReference(_ offset: UInt64) -> [UInt8] { offset == 0 ? [] : bigEndian(offset, 8) }

    /// The message whose SHA-256 is the TPM's aHash: what the maker signs, and TPM2_VerifySignature checks.
    public func policyMessage(offset: UInt64, sha256: Hash) -> [UInt8] {
        let name = PolicyDigest.counterName(sha256: sha256)
        return approvedPolicy(offset: offset, sha256: sha256, counterName: name) + Self.policyReference(offset)
    }

    /// The signed policy for a TPM of this offset, where the maker made one.
    public func policy(offset: UInt64) -> Policy? { policies.first { $0.offset == offset } }
}
