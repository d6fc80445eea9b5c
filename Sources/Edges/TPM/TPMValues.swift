/// A point of the curve P-256, 32 bytes a coordinate, big-endian.
public struct P256PublicPoint: Hashable, Sendable {
    public let x: [UInt8]
    public let y: [UInt8]
    public init(x: [UInt8], y: [UInt8]) {
        self.x = x
        self.y = y
    }
}

/// An ECDSA signature with P-256: two numbers of 32 bytes, big-endian.
public struct ECDSASignature: Hashable, Sendable {
    public let r: [UInt8]
    public let s: [UInt8]
    public init(r: [UInt8], s: [UInt8]) {
        self.r = r
        self.s = s
    }
}

/// What the attestation key has signed: a quote or a certification.
public struct Statement: Equatable, Sendable {
    /// A marshalled TPMS_ATTEST; the signature is over its SHA-256 digest.
    public let bytes: [UInt8]
    public let signature: ECDSASignature
}

/// The key that the TPM's maker vouches for.
public struct EndorsementKey: Equatable, Sendable {
    /// X.509, DER, as the TPM keeps it.
    public let certificate: [UInt8]
    /// The key's marshalled TPMT_PUBLIC. Its point is the certificate's.
    public let area: [UInt8]
}

/// Dictionary attack protection as it stands.
public struct LockoutState: Equatable, Sendable {
    /// Failed authorisations that are not forgiven yet.
    public let failures: UInt32
    /// With as many failures the TPM is locked out.
    public let limit: UInt32
    public let isLockedOut: Bool
    /// The time after which a TPM that stays powered is locked out no longer, at most. Zero when it is not.
    public let recovery: Duration
}

/// A signed policy of one release, under which what was sealed to `authority` opens: these registers have these values,
/// and the generation counter has not passed this generation.
public struct ReleasePolicy: Sendable {
    public let authority: P256PublicPoint
    /// 0…23, of the SHA-256 bank.
    public let registers: [Int]
    /// SHA-256 over the registers' expected values in order of their numbers.
    public let registersDigest: [UInt8]
    /// What the counter may be at most: the release's generation with the terminal's offset.
    public let generation: UInt64
    public let reference: [UInt8]
    /// The digest of PolicyPCR and PolicyNV that the authority approves.
    public let approved: [UInt8]
    /// What the signature is over: SHA-256 of `approved` and `reference`.
    public let signed: [UInt8]
    public let signature: ECDSASignature

    /// `values` belong to `registers`, both in order of number; `sha256` is SHA-256.
    public init(
        authority: P256PublicPoint, registers: [Int], values: [[UInt8]], generation: UInt64, reference: [UInt8],
        approved: [UInt8], signature: ECDSASignature, sha256: ([UInt8]) -> [UInt8]
    ) {
        self.authority = authority
        self.registers = registers
        registersDigest = sha256(values.flatMap { $0 })
        self.generation = generation
        self.reference = reference
        self.approved = approved
        signed = sha256(approved + reference)
        self.signature = signature
    }
}
