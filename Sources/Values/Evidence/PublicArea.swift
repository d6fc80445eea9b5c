/// TPMA_OBJECT: what a TPM lets be done with a key.
public struct ObjectAttributes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let fixedTPM = ObjectAttributes(rawValue: 1 << 1)
    public static let fixedParent = ObjectAttributes(rawValue: 1 << 4)
    public static let sensitiveDataOrigin = ObjectAttributes(rawValue: 1 << 5)
    public static let userWithAuth = ObjectAttributes(rawValue: 1 << 6)
    public static let adminWithPolicy = ObjectAttributes(rawValue: 1 << 7)
    public static let noDA = ObjectAttributes(rawValue: 1 << 10)
    public static let restricted = ObjectAttributes(rawValue: 1 << 16)
    public static let decrypt = ObjectAttributes(rawValue: 1 << 17)
    public static let sign = ObjectAttributes(rawValue: 1 << 18)
}

/// An elliptic curve of the TPM's (TPM_ECC_CURVE) that is in use here.
public enum TPMCurve: UInt16, Sendable {
    case p256 = 0x0003
    case p384 = 0x0004
    /// Bytes of a coordinate.
    public var coordinateBytes: Int { self == .p256 ? 32 : 48 }
}

/// The public area of an ECC key in a TPM (TPMT_PUBLIC).
public struct PublicArea: Equatable, Sendable {
    public struct Point: Hashable, Sendable {
        public let curve: TPMCurve
        /// Of the curve's length, big-endian.
        public let x: [UInt8]
        public let y: [UInt8]
        /// The point in its uncompressed form (SEC 1 §2.3.3).
        public var uncompressed: [UInt8] { [4] + x + y }
    }

    /// Algorithm identifiers of the TCG registry.
    public enum Algorithm {
        public static let aes: UInt16 = 0x0006
        public static let sha256: UInt16 = 0x000B
        public static let sha384: UInt16 = 0x000C
        public static let null: UInt16 = 0x0010
        public static let ecdsa: UInt16 = 0x0018
        public static let ecc: UInt16 = 0x0023
        public static let cfb: UInt16 = 0x0043
    }

    /// The area as it came: its name is made over it.
    public let bytes: [UInt8]
    /// The object's type, `Algorithm.ecc`.
    public let algorithm: UInt16
    public let nameAlgorithm: UInt16
    public let attributes: ObjectAttributes
    /// The digest of the object's policy, or nothing.
    public let policy: [UInt8]
    /// The cipher for what lies under a storage or endorsement key; nil for a signing key.
    public let symmetric: Symmetric?
    /// The signing scheme and its hash; nil where the key leaves it to the command.
    public let scheme: Scheme?
    public let point: Point

    public struct Symmetric: Equatable, Sendable {
        public let algorithm: UInt16
        public let bits: UInt16
        public let mode: UInt16
    }

    public struct Scheme: Equatable, Sendable {
        public let algorithm: UInt16
        public let hash: UInt16
    }

    public init(decoding bytes: [UInt8]) throws(EvidenceError) {
        var reader = try TPMReader(bytes, .publicArea, limit: EvidenceLimits.publicAreaBytes)
        algorithm = try reader.word()
        // RSA keys and sealed data have other parameters.
        guard algorithm == Algorithm.ecc else { throw .otherAlgorithm(algorithm) }
        nameAlgorithm = try reader.word()
        attributes = ObjectAttributes(rawValue: try reader.long())
        policy = try reader.sized(limit: 64)
        symmetric = try Self.symmetric(&reader)
        scheme = try Self.scheme(&reader)
        let number = try reader.word()
        guard let curve = TPMCurve(rawValue: number) else { throw .otherAlgorithm(number) }
        let derivation = try reader.word()
        guard derivation == Algorithm.null else { throw .otherAlgorithm(derivation) }
        let x = try Self.coordinate(&reader, curve)
        let y = try Self.coordinate(&reader, curve)
        point = Point(curve: curve, x: x, y: y)
        try reader.finish()
        self.bytes = bytes
    }

    /// The object's name: 0x000B ‖ SHA-256 of the area. Nil for an object that names itself with another hash.
    public func name(sha256: Hash) -> [UInt8]? {
        guard nameAlgorithm == Algorithm.sha256 else { return nil }
        return bigEndian(UInt64(nameAlgorithm), 2) + sha256(bytes)
    }

    private static func symmetric(_ reader: inout TPMReader) throws(EvidenceError) -> Symmetric? {
        let algorithm = try reader.word()
        guard algorithm != Algorithm.null else { return nil }
        guard algorithm == Algorithm.aes else { throw .otherAlgorithm(algorithm) }
        return Symmetric(algorithm: algorithm, bits: try reader.word(), mode: try reader.word())
    }

    private static func scheme(_ reader: inout TPMReader) throws(EvidenceError) -> Scheme? {
        let algorithm = try reader.word()
        guard algorithm != Algorithm.null else { return nil }
        // Other schemes have other details (ECDAA a counter), and none is in use.
        guard algorithm == Algorithm.ecdsa else { throw .otherAlgorithm(algorithm) }
        return Scheme(algorithm: algorithm, hash: try reader.word())
    }

    /// Some TPMs leave leading zeros out.
    private static func coordinate(_ reader: inout TPMReader, _ curve: TPMCurve) throws(EvidenceError) -> [UInt8] {
        let bytes = try reader.sized(limit: curve.coordinateBytes)
        return [UInt8](repeating: 0, count: curve.coordinateBytes - bytes.count) + bytes
    }
}
