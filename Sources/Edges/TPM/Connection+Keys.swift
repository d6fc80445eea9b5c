internal import CTss2

extension Connection {
    /// The storage primary, checked when it is first used.
    mutating func openPrimary() throws(TPMError) -> ESYS_TR {
        if let primary { return primary }
        let handle = TPMDevice.primaryHandle
        let found = try openPersistent(handle, attributes: CTss2_storageAttributes, kind: "storage key")
        primary = found
        return found
    }

    mutating func openSigningKey() throws(TPMError) -> ESYS_TR {
        if let signingKey { return signingKey }
        let handle = TPMDevice.signingHandle
        let found = try openPersistent(handle, attributes: CTss2_signingAttributes, kind: "signing key")
        signingKey = found
        return found
    }

    /// Makes the storage primary from its template and makes it persistent.
    borrowing func makePrimary() throws(TPMError) {
        var sensitive = TPM2B_SENSITIVE_CREATE()
        var template = CTss2_storageTemplate()
        var outside = TPM2B_DATA()
        var registers = TPML_PCR_SELECTION()
        var object: ESYS_TR = none
        try unsafe call("CreatePrimary") {
            unsafe Esys_CreatePrimary(
                $0, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, none, none, &sensitive, &template, &outside, &registers,
                &object, nil, nil, nil, nil)
        }
        defer { flush(object) }
        try makePersistent(object, at: TPMDevice.primaryHandle)
    }

    /// Makes the signing key inside the TPM (`fixedTPM`, `sensitiveDataOrigin`) and makes it persistent.
    borrowing func makeSigningKey(under primary: ESYS_TR) throws(TPMError) {
        // Nothing secret travels; the session is there so that the public key that comes back is the TPM's.
        let session = try startSession(saltedBy: primary)
        defer { flush(session) }
        var sensitive = TPM2B_SENSITIVE_CREATE()
        var template = CTss2_signingTemplate()
        let object = try load(try create(&sensitive, &template, under: primary, session), under: primary, session)
        defer { flush(object) }
        try makePersistent(object, at: TPMDevice.signingHandle)
    }

    borrowing func create(
        _ sensitive: inout TPM2B_SENSITIVE_CREATE, _ template: inout TPM2B_PUBLIC, under primary: ESYS_TR,
        _ session: ESYS_TR
    ) throws(TPMError) -> (publicArea: TPM2B_PUBLIC, privateArea: TPM2B_PRIVATE) {
        var outside = TPM2B_DATA()
        var registers = TPML_PCR_SELECTION()
        var privateArea: UnsafeMutablePointer<TPM2B_PRIVATE>?
        var publicArea: UnsafeMutablePointer<TPM2B_PUBLIC>?
        try unsafe call("Create") {
            unsafe Esys_Create(
                $0, primary, session, none, none, &sensitive, &template, &outside, &registers, &privateArea,
                &publicArea, nil, nil, nil)
        }
        defer {
            unsafe Esys_Free(privateArea)
            unsafe Esys_Free(publicArea)
        }
        guard let publicArea = unsafe publicArea, let privateArea = unsafe privateArea else {
            throw .transport(call: "Create", code: 0, reason: "no result")
        }
        return unsafe (publicArea.pointee, privateArea.pointee)
    }

    borrowing func load(
        _ areas: (publicArea: TPM2B_PUBLIC, privateArea: TPM2B_PRIVATE), under primary: ESYS_TR, _ session: ESYS_TR
    ) throws(TPMError) -> ESYS_TR {
        var areas = areas
        var object: ESYS_TR = none
        try unsafe call("Load") {
            unsafe Esys_Load($0, primary, session, none, none, &areas.privateArea, &areas.publicArea, &object)
        }
        return object
    }

    borrowing func publicPoint(of key: ESYS_TR) throws(TPMError) -> P256PublicPoint {
        try unsafe withPublicArea(of: key) { (area) throws(TPMError) in
            unsafe P256PublicPoint(x: coordinate(CTss2_x(area)), y: coordinate(CTss2_y(area)))
        }
    }

    /// Signs with an empty password and without a session: the digest is no secret, and whoever could change it on the way
    /// gains a signature that verifies nowhere.
    borrowing func sign(_ digest: [UInt8], with key: ESYS_TR) throws(TPMError) -> ECDSASignature {
        var value = TPM2B_DIGEST()
        guard unsafe CTss2_setDigest(&value, digest, digest.count) else {
            throw .badLength(call: "Sign", count: digest.count)
        }
        var scheme = CTss2_schemeOfKey()
        var ticket = CTss2_noHashCheck()
        return try unsafe call("Sign") {
            unsafe Esys_Sign($0, key, ESYS_TR_PASSWORD, none, none, &value, &scheme, &ticket, $1)
        } _: { (signature: UnsafeMutablePointer<TPMT_SIGNATURE>) throws(TPMError) in
            unsafe ECDSASignature(r: coordinate(CTss2_r(signature)), s: coordinate(CTss2_s(signature)))
        }
    }

    /// Opens a persistent key and checks that it is of our making: the right curve, and born in this TPM. Another's key
    /// at the handle could be known to the world.
    private borrowing func openPersistent(
        _ handle: UInt32, attributes: TPMA_OBJECT, kind: String
    ) throws(TPMError) -> ESYS_TR {
        var object: ESYS_TR = none
        do throws(TPMError) {
            try unsafe call("ReadPublic") { unsafe Esys_TR_FromTPMPublic($0, handle, none, none, none, &object) }
        } catch .refused(_, let code, _) where CTss2_base(code) == CTss2_rcHandle {
            throw .missingKey(handle: handle)
        }
        try unsafe withPublicArea(of: object) { (area) throws(TPMError) in
            guard unsafe CTss2_isP256(area) else { throw .unfitKey(handle: handle, reason: "not a P-256 key") }
            guard unsafe area.pointee.publicArea.objectAttributes == attributes else {
                throw .unfitKey(handle: handle, reason: "not a \(kind) that this TPM made for itself")
            }
        }
        return object
    }

    private borrowing func withPublicArea<R>(
        of key: ESYS_TR, _ body: (UnsafeMutablePointer<TPM2B_PUBLIC>) throws(TPMError) -> R
    ) throws(TPMError) -> R {
        try unsafe call("ReadPublic", result: { unsafe Esys_ReadPublic($0, key, none, none, none, $1, nil, nil) }, body)
    }

    private borrowing func makePersistent(_ object: ESYS_TR, at handle: UInt32) throws(TPMError) {
        var kept: ESYS_TR = none
        try unsafe call("EvictControl") {
            unsafe Esys_EvictControl($0, ESYS_TR_RH_OWNER, object, ESYS_TR_PASSWORD, none, none, handle, &kept)
        }
        try unsafe call("TR_Close") { unsafe Esys_TR_Close($0, &kept) }
    }
}

/// 32 bytes, big-endian. Some TPMs leave leading zeros out.
private func coordinate(_ value: UnsafePointer<TPM2B_ECC_PARAMETER>?) -> [UInt8] {
    guard let value = unsafe value, let base = unsafe CTss2_coordinateBytes(value) else { return [] }
    let count = unsafe min(Int(value.pointee.size), 32)
    let bytes = unsafe Array(UnsafeBufferPointer(start: base, count: count))
    return [UInt8](repeating: 0, count: 32 - count) + bytes
}
