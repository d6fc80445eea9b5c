internal import Wire

/// Every bound that foreign evidence is held to.
public enum EvidenceLimits {
    /// The format number of all records here.
    public static let format: UInt64 = 1
    public static let events = 256
    public static let eventLogBytes = 48 << 10
    public static let nameBytes = 128
    public static let versionBytes = 64
    /// A manifest in its envelope.
    public static let manifestBytes = 64 << 10
    /// Signed policies of one manifest: one for each offset among the terminals.
    public static let policies = 64
    /// PCRs of a TPM 2.0 (TCG PC Client Platform TPM Profile §4.6).
    public static let registers = 0...23
    /// A TPMS_ATTEST: the largest that a TPM with SHA-512 makes stays below.
    public static let statementBytes = 1024
    /// A TPMT_PUBLIC of an ECC key.
    public static let publicAreaBytes = 512
    public static let certificateBytes = 8192
    public static let certificateRequestBytes = 4096
    public static let enrolmentRequestBytes = 16 << 10
    public static let enrolmentGrantBytes = 8 << 20

    static let records = CBOR.Limits(nesting: 4, containerItems: events, totalItems: 2048)
}
