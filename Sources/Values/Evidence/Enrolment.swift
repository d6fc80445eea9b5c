internal import Wire

/// What a terminal that is being put into service says about itself: which TPM it has, and which keys are in that TPM.
public struct EnrolmentRequest: Equatable, Sendable {
    private enum Key {
        static let terminal: UInt64 = 1
        static let endorsementCertificate: UInt64 = 2
        static let endorsementArea: UInt64 = 3
        static let attestationArea: UInt64 = 4
        static let clientArea: UInt64 = 5
        static let certification: UInt64 = 6
        static let certificationSignature: UInt64 = 7
        static let request: UInt64 = 8
        static let software: UInt64 = 9
        static let width: UInt64 = 10
        static let height: UInt64 = 11
    }

    public var terminal: String
    /// The TPM maker's certificate of the endorsement key, DER.
    public var endorsementCertificate: [UInt8]
    /// TPMT_PUBLIC of the endorsement key, the attestation key and the channel's key.
    public var endorsementArea: [UInt8]
    public var attestationArea: [UInt8]
    public var clientArea: [UInt8]
    /// TPM2_Certify of the channel's key by the attestation key: TPMS_ATTEST, and r ‖ s.
    public var certification: [UInt8]
    public var certificationSignature: [UInt8]
    /// PKCS #10 request for the channel's key, PEM or DER.
    public var request: [UInt8]
    public var software: String
    /// The screen, pixels.
    public var width: Int
    public var height: Int

    public init(
        terminal: String, endorsementCertificate: [UInt8], endorsementArea: [UInt8], attestationArea: [UInt8],
        clientArea: [UInt8], certification: [UInt8], certificationSignature: [UInt8], request: [UInt8],
        software: String, width: Int, height: Int
    ) {
        self.terminal = terminal
        self.endorsementCertificate = endorsementCertificate
        self.endorsementArea = endorsementArea
        self.attestationArea = attestationArea
        self.clientArea = clientArea
        self.certification = certification
        self.certificationSignature = certificationSignature
        self.request = request
        self.software = software
        self.width = width
        self.height = height
    }

    public func encoded() -> [UInt8] {
        CBOR.fields([
            0: .unsigned(EvidenceLimits.format), Key.terminal: .text(terminal),
            Key.endorsementCertificate: .bytes(endorsementCertificate), Key.endorsementArea: .bytes(endorsementArea),
            Key.attestationArea: .bytes(attestationArea), Key.clientArea: .bytes(clientArea),
            Key.certification: .bytes(certification), Key.certificationSignature: .bytes(certificationSignature),
            Key.request: .bytes(request), Key.software: .text(software), Key.width: .unsigned(UInt64(width)),
            Key.height: .unsigned(UInt64(height)),
        ]).encoded()
    }

    public init(decoding bytes: [UInt8]) throws(EvidenceError) {
        let record = try RecordReader(
            bytes, .enrolmentRequest, limit: EvidenceLimits.enrolmentRequestBytes, keys: Key.terminal...Key.height)
        let area = 1...EvidenceLimits.publicAreaBytes
        let side = 1...UInt64(WireLimits.pictureSide)
        self.init(
            terminal: try record.text(Key.terminal, bytes: 1...WireLimits.identifierBytes),
            endorsementCertificate: try record.bytes(
                Key.endorsementCertificate, count: 1...EvidenceLimits.certificateBytes),
            endorsementArea: try record.bytes(Key.endorsementArea, count: area),
            attestationArea: try record.bytes(Key.attestationArea, count: area),
            clientArea: try record.bytes(Key.clientArea, count: area),
            certification: try record.bytes(Key.certification, count: 1...EvidenceLimits.statementBytes),
            certificationSignature: try record.bytes(Key.certificationSignature, count: 64...64),
            request: try record.bytes(Key.request, count: 1...EvidenceLimits.certificateRequestBytes),
            software: try record.text(Key.software, bytes: 0...WireLimits.textBytes),
            width: Int(try record.unsigned(Key.width, in: side)),
            height: Int(try record.unsigned(Key.height, in: side)))
    }
}

/// Who the terminal would belong to, said before its operator decides: with it the terminal shows the fingerprint.
public struct EnrolmentOffer: Equatable, Sendable {
    private enum Key {
        static let authority: UInt64 = 1
        static let operatorKey: UInt64 = 2
    }

    /// The authority's certificate, DER.
    public var authority: [UInt8]
    /// The operator's public key, 65 bytes.
    public var operatorKey: [UInt8]

    public init(authority: [UInt8], operatorKey: [UInt8]) {
        self.authority = authority
        self.operatorKey = operatorKey
    }

    public func encoded() -> [UInt8] {
        CBOR.fields([
            0: .unsigned(EvidenceLimits.format), Key.authority: .bytes(authority), Key.operatorKey: .bytes(operatorKey),
        ]).encoded()
    }

    public init(decoding bytes: [UInt8]) throws(EvidenceError) {
        let record = try RecordReader(
            bytes, .enrolmentOffer, limit: EvidenceLimits.enrolmentRequestBytes, keys: Key.authority...Key.operatorKey)
        self.init(
            authority: try record.bytes(Key.authority, count: 1...EvidenceLimits.certificateBytes),
            operatorKey: try record.bytes(Key.operatorKey, count: 65...65))
    }
}

/// The answer: a bundle of records that only the TPM of the request can open.
public struct EnrolmentGrant: Equatable, Sendable {
    private enum Key {
        static let credential: UInt64 = 1
        static let secret: UInt64 = 2
        static let nonce: UInt64 = 3
        static let ciphertext: UInt64 = 4
    }

    private static let keyContext = "vitrine enrolment 1"
    /// Bytes of the secret that TPM2_ActivateCredential gives out.
    public static let secretBytes = 32

    /// TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET without their outer sizes, for TPM2_ActivateCredential.
    public var credential: [UInt8]
    public var secret: [UInt8]
    /// 12 bytes.
    public var nonce: [UInt8]
    /// AES-256-GCM of the bundle under `key`, the tag's 16 bytes at the end, no additional data. The bundle is a CBOR map
    /// of record names (texts) to records (byte strings).
    public var ciphertext: [UInt8]

    public init(credential: [UInt8], secret: [UInt8], nonce: [UInt8], ciphertext: [UInt8]) {
        self.credential = credential
        self.secret = secret
        self.nonce = nonce
        self.ciphertext = ciphertext
    }

    /// What is hashed (SHA-256) into the bundle's key.
    public static func keyMessage(secret: [UInt8]) -> [UInt8] { Array(keyContext.utf8) + secret }

    public func encoded() -> [UInt8] {
        CBOR.fields([
            0: .unsigned(EvidenceLimits.format), Key.credential: .bytes(credential), Key.secret: .bytes(secret),
            Key.nonce: .bytes(nonce), Key.ciphertext: .bytes(ciphertext),
        ]).encoded()
    }

    public init(decoding bytes: [UInt8]) throws(EvidenceError) {
        let record = try RecordReader(
            bytes, .enrolmentGrant, limit: EvidenceLimits.enrolmentGrantBytes, keys: Key.credential...Key.ciphertext)
        self.init(
            // An HMAC and an encrypted secret; a point of the EK's curve.
            credential: try record.bytes(Key.credential, count: 1...256),
            secret: try record.bytes(Key.secret, count: 1...256),
            nonce: try record.bytes(Key.nonce, count: 12...12),
            ciphertext: try record.bytes(Key.ciphertext, count: 16...EvidenceLimits.enrolmentGrantBytes))
    }

    /// The records of a bundle, once it is opened.
    public static func records(ofBundle bytes: [UInt8]) throws(EvidenceError) -> [String: [UInt8]] {
        let item: CBOR
        do throws(WireError) { item = try CBOR(decoding: bytes, limits: EvidenceLimits.records) } catch {
            throw .notEncoded(.enrolmentGrant, error)
        }
        guard case .map(let map) = item else { throw .bad(.enrolmentGrant, key: Key.ciphertext) }
        var records: [String: [UInt8]] = [:]
        for (name, value) in map {
            guard let name = name.text, WireText.isClean(name, bytes: 1...EvidenceLimits.nameBytes),
                let bytes = value.bytes
            else { throw .bad(.enrolmentGrant, key: Key.ciphertext) }
            // Texts that differ in bytes may be equal to Swift.
            guard records.updateValue(bytes, forKey: name) == nil else {
                throw .bad(.enrolmentGrant, key: Key.ciphertext)
            }
        }
        return records
    }

    public static func bundle(of records: [String: [UInt8]]) -> [UInt8] {
        CBOR.map(Dictionary(uniqueKeysWithValues: records.map { (.text($0.key), .bytes($0.value)) })).encoded()
    }
}
