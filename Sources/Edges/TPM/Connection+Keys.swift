internal import CTss2

/// The keys made inside the TPM under the storage primary.
enum PersistentKey {
    case signing, attestation

    var handle: UInt32 {
        switch self {
        case .signing: TPMDevice.signingHandle
        case .attestation: TPMDevice.attestationHandle
        }
    }
    var attributes: TPMA_OBJECT {
        switch self {
        case .signing: CTss2_signingAttributes
        case .attestation: CTss2_attestationAttributes
        }
    }
    var kind: String {
        switch self {
        case .signing: "signing key"
        case .attestation: "attestation key"
        }
    }
}

extension Connection {
    /// The storage primary, checked when it is first used.
    mutating func openPrimary() throws(TPMError) -> ESYS_TR {
        let handle = TPMDevice.primaryHandle
        if let primary = opened[handle] { return primary }
        let found = try openPersistent(handle, attributes: CTss2_storageAttributes, kind: "storage key")
        opened[handle] = found
        return found
    }

    mutating func open(_ key: PersistentKey) throws(TPMError) -> ESYS_TR {
        if let object = opened[key.handle] { return object }
        let found = try openPersistent(key.handle, attributes: key.attributes, kind: key.kind)
        opened[key.handle] = found
        return found
    }

    /// Makes the storage primary from its template and makes it persistent.
    borrowing func makePrimary() throws(TPMError) {
        let (object, _) = try createPrimary(CTss2_storageTemplate(), in: ESYS_TR_RH_OWNER)
        defer { flush(object) }
        try makePersistent(object, at: TPMDevice.primaryHandle)
    }

    /// Makes a key inside the TPM (`fixedTPM`, `sensitiveDataOrigin`) and makes it persistent.
    mutating func make(_ key: PersistentKey) throws(TPMError) {
        let primary = try openPrimary()
        // Nothing secret travels; the session is there so that the public key that comes back is the TPM's.
        let session = try startSession(saltedBy: primary)
        defer { flush(session) }
        var sensitive = TPM2B_SENSITIVE_CREATE()
        var template = CTss2_signingTemplate(key.attributes)
        let object = try load(try create(&sensitive, &template, under: primary, session), under: primary, session)
        defer { flush(object) }
        try makePersistent(object, at: key.handle)
    }

    /// A transient object: the caller flushes it. Not at run time: on hardware it takes seconds.
    borrowing func createPrimary(
        _ template: TPM2B_PUBLIC, in hierarchy: ESYS_TR
    ) throws(TPMError) -> (object: ESYS_TR, area: TPM2B_PUBLIC) {
        var template = template
        var sensitive = TPM2B_SENSITIVE_CREATE()
        var outside = TPM2B_DATA()
        var registers = TPML_PCR_SELECTION()
        var object: ESYS_TR = none
        let area = try unsafe call("CreatePrimary") {
            unsafe Esys_CreatePrimary(
                $0, hierarchy, ESYS_TR_PASSWORD, none, none, &sensitive, &template, &outside, &registers, &object, $1,
                nil, nil, nil)
        } _: { (area: UnsafeMutablePointer<TPM2B_PUBLIC>) throws(TPMError) in
            unsafe area.pointee
        }
        return (object, area)
    }

    borrowing func create(
        _ sensitive: inout TPM2B_SENSITIVE_CREATE, _ template: inout TPM2B_PUBLIC, under primary: ESYS_TR,
        _ session: ESYS_TR
    ) throws(TPMError) -> (publicArea: TPM2B_PUBLIC, privateArea: TPM2B_PRIVATE) {
        var outside = TPM2B_DATA()
        var registers = TPML_PCR_SELECTION()
        var privateArea: UnsafeMutablePointer<TPM2B_PRIVATE>?
        var publicArea: UnsafeMutablePointer<TPM2B_PUBLIC>?
        defer {
            unsafe Esys_Free(privateArea)
            unsafe Esys_Free(publicArea)
        }
        try unsafe call("Create") {
            unsafe Esys_Create(
                $0, primary, session, none, none, &sensitive, &template, &outside, &registers, &privateArea,
                &publicArea, nil, nil, nil)
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
            unsafe P256PublicPoint(x: coordinate(CTss2_x(area), 32), y: coordinate(CTss2_y(area), 32))
        }
    }

    /// A marshalled TPMT_PUBLIC.
    borrowing func area(of key: ESYS_TR) throws(TPMError) -> [UInt8] {
        try unsafe withPublicArea(of: key) { (area) throws(TPMError) in unsafe try marshalled(area) }
    }

    /// Signs with an empty password and without a session: the digest is no secret, and whoever could change it on the
    /// way gains a signature that verifies nowhere.
    borrowing func sign(_ digest: [UInt8], with key: ESYS_TR) throws(TPMError) -> ECDSASignature {
        var value = try digestBuffer(digest, call: "Sign")
        var scheme = CTss2_schemeOfKey()
        var ticket = CTss2_noHashCheck()
        return try unsafe call("Sign") {
            unsafe Esys_Sign($0, key, ESYS_TR_PASSWORD, none, none, &value, &scheme, &ticket, $1)
        } _: { (value: UnsafeMutablePointer<TPMT_SIGNATURE>) throws(TPMError) in
            unsafe signature(value)
        }
    }

    /// Opens a persistent key and checks that it is of our making: the right curve, and born in this TPM. Another's key
    /// at the handle could be known to the world.
    private borrowing func openPersistent(
        _ handle: UInt32, attributes: TPMA_OBJECT, kind: String
    ) throws(TPMError) -> ESYS_TR {
        guard var object = try openHandle(handle) else { throw .missingKey(handle: handle) }
        do throws(TPMError) {
            try unsafe withPublicArea(of: object) { (area) throws(TPMError) in
                guard unsafe CTss2_isP256(area) else { throw .unfitKey(handle: handle, reason: "not a P-256 key") }
                guard unsafe area.pointee.publicArea.objectAttributes == attributes else {
                    throw .unfitKey(handle: handle, reason: "not a \(kind) that this TPM made for itself")
                }
            }
        } catch {
            close(&object)
            throw error
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
        close(&kept)
    }
}
