internal import CTss2
internal import Glibc
internal import Secrets

/// What `seal` returns: the name of the primary that it was sealed under, and the object's two areas as the TPM's own
/// marshalling writes them.
struct SealedBlob {
    static let magic: [UInt8] = [0x56, 0x54, 0x53, 0x02]  // "VTS", version 2
    /// Names with SHA-256: algorithm identifier and digest.
    static let nameBytes = 34
    var primaryName: [UInt8]
    var publicArea = TPM2B_PUBLIC()
    var privateArea = TPM2B_PRIVATE()

    init(primaryName: [UInt8], _ areas: (publicArea: TPM2B_PUBLIC, privateArea: TPM2B_PRIVATE)) {
        self.primaryName = primaryName
        publicArea = areas.publicArea
        privateArea = areas.privateArea
    }

    init(_ bytes: [UInt8]) throws(TPMError) {
        guard bytes.starts(with: Self.magic), bytes.count > Self.magic.count + Self.nameBytes else {
            throw .malformedBlob
        }
        primaryName = Array(bytes[Self.magic.count..<Self.magic.count + Self.nameBytes])
        var offset = Self.magic.count + Self.nameBytes
        guard unsafe Tss2_MU_TPM2B_PUBLIC_Unmarshal(bytes, bytes.count, &offset, &publicArea) == TSS2_RC_SUCCESS,
            unsafe Tss2_MU_TPM2B_PRIVATE_Unmarshal(bytes, bytes.count, &offset, &privateArea) == TSS2_RC_SUCCESS,
            offset == bytes.count,
            // The library looks past sizes that do not agree; a blob has one form only.
            try encoded() == bytes
        else { throw .malformedBlob }
    }

    func encoded() throws(TPMError) -> [UInt8] {
        var publicArea = publicArea
        var privateArea = privateArea
        let capacity = MemoryLayout<TPM2B_PUBLIC>.size + MemoryLayout<TPM2B_PRIVATE>.size
        var areas = [UInt8](repeating: 0, count: capacity)
        var count = 0
        guard unsafe Tss2_MU_TPM2B_PUBLIC_Marshal(&publicArea, &areas, capacity, &count) == TSS2_RC_SUCCESS,
            unsafe Tss2_MU_TPM2B_PRIVATE_Marshal(&privateArea, &areas, capacity, &count) == TSS2_RC_SUCCESS
        else { throw .malformedBlob }
        return Self.magic + primaryName + areas[..<count]
    }
}

extension Connection {
    mutating func seal(
        _ secret: UnsafeRawBufferPointer, authority: P256PublicPoint, reference: [UInt8]
    ) throws(TPMError) -> [UInt8] {
        let primary = try openPrimary()
        var policy = try authorisedPolicy(authority, reference)
        let session = try startSession(saltedBy: primary)
        defer { flush(session) }
        var sensitive = TPM2B_SENSITIVE_CREATE()
        defer { unsafe explicit_bzero(&sensitive, MemoryLayout<TPM2B_SENSITIVE_CREATE>.size) }
        guard unsafe CTss2_setSensitive(&sensitive, secret.baseAddress, secret.count) else {
            throw unsafe .badLength(call: "Create", count: secret.count)
        }
        var template = unsafe CTss2_sealedTemplate(&policy)
        let areas = try create(&sensitive, &template, under: primary, session)
        return try SealedBlob(primaryName: try name(of: primary), areas).encoded()
    }

    mutating func unseal(
        _ blob: SealedBlob, under policy: ReleasePolicy, registers: UInt32
    ) throws(TPMError) -> SecretBytes {
        let primary = try openPrimary()
        // The session's salt goes to the primary. One that is not ours could belong to whoever sits on the bus.
        guard try name(of: primary) == blob.primaryName else { throw .otherTPM }
        let session = try startPolicySession(TPM2_SE(TPM2_SE_POLICY), saltedBy: primary)
        defer { flush(session) }
        try satisfy(policy, registers: registers, in: session)
        let object: ESYS_TR
        do throws(TPMError) {
            object = try load((blob.publicArea, blob.privateArea), under: primary, ESYS_TR_PASSWORD)
        } catch .refused(_, let code, _) where isDamage(code) {
            throw .alteredBlob
        }
        defer { flush(object) }
        return try unseal(object, in: session)
    }

    private borrowing func unseal(_ object: ESYS_TR, in session: ESYS_TR) throws(TPMError) -> SecretBytes {
        do throws(TPMError) {
            return try unsafe call("Unseal") {
                unsafe Esys_Unseal($0, object, session, none, none, $1)
            } _: { (data: UnsafeMutablePointer<TPM2B_SENSITIVE_DATA>) throws(TPMError) -> SecretBytes in
                defer { unsafe explicit_bzero(data, MemoryLayout<TPM2B_SENSITIVE_DATA>.size) }
                guard let bytes = unsafe CTss2_sensitiveBytes(data) else {
                    throw .transport(call: "Unseal", code: 0, reason: "no result")
                }
                return unsafe SecretBytes(from: bytes, count: min(Int(data.pointee.size), TPMDevice.secretLimit))
            }
        } catch .refused(_, let code, _) where CTss2_base(code) == CTss2_rcPolicyFail {
            throw .otherPolicy
        } catch .refused(_, let code, _) where CTss2_base(code) == CTss2_rcRegistersChanged {
            throw .registersDiffer
        }
    }

    /// The object's name: a hash of its public area, as ESAPI verified it when it was opened.
    borrowing func name(of object: ESYS_TR) throws(TPMError) -> [UInt8] {
        try unsafe call("TR_GetName") {
            unsafe Esys_TR_GetName($0, object, $1)
        } _: {
            (name: UnsafeMutablePointer<TPM2B_NAME>) throws(TPMError) in
            guard let base = unsafe CTss2_nameBytes(name), unsafe Int(name.pointee.size) == SealedBlob.nameBytes else {
                throw TPMError.unfitKey(handle: TPMDevice.primaryHandle, reason: "its name is not made with SHA-256")
            }
            return unsafe Array(UnsafeBufferPointer(start: base, count: SealedBlob.nameBytes))
        }
    }
}

/// The codes of a blob whose bits have changed: its integrity check fails, or its public area makes no sense.
private func isDamage(_ code: TSS2_RC) -> Bool {
    let base = CTss2_base(code)
    return base == CTss2_rcIntegrity || CTss2_isAboutParameter(code)
}
