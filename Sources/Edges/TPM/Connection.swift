internal import CTss2
internal import Glibc

/// One ESAPI context on one TCTI: one conversation with one TPM.
@safe struct Connection: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable, and it never leaves the owner thread that made it.
    private let context: OpaquePointer
    private let tcti: OpaquePointer
    /// True for a software TPM behind a socket: it has no kernel that shuts it down.
    let isSoftware: Bool
    private let isManaged: Bool
    /// Persistent objects and indices that were opened and checked, by the TPM's handle.
    var opened: [UInt32: ESYS_TR] = [:]
    /// Counters that a salted session has vouched for.
    var proven: Set<UInt32> = []

    init(tcti name: String) throws(TPMError) {
        var tcti: OpaquePointer?
        var code = unsafe Tss2_TctiLdr_Initialize(name, &tcti)
        guard code == TSS2_RC_SUCCESS, let tcti = unsafe tcti else {
            throw .transport(call: "connection to \(name)", code: code, reason: decoded(code))
        }
        var context: OpaquePointer?
        code = unsafe Esys_Initialize(&context, tcti, nil)
        guard code == TSS2_RC_SUCCESS, let context = unsafe context else {
            var tcti: OpaquePointer? = unsafe tcti
            unsafe Tss2_TctiLdr_Finalize(&tcti)
            throw .transport(call: "Esys_Initialize", code: code, reason: decoded(code))
        }
        unsafe self.tcti = unsafe tcti
        unsafe self.context = unsafe context
        isSoftware = name.hasPrefix("swtpm") || name.hasPrefix("mssim") || name.hasPrefix("libtpms")
        isManaged = name.hasPrefix("tabrmd") || name.hasPrefix("device:/dev/tpmrm")
    }

    deinit {
        // A TPM behind a device is shut down by the kernel at power-off. Too late to do anything about a failure: the
        // TPM counts it as a disorderly stop, which `noDA` keys do not mind.
        if isSoftware { _ = unsafe Esys_Shutdown(context, none, none, none, TPM2_SU(TPM2_SU_CLEAR)) }
        var context: OpaquePointer? = unsafe context
        unsafe Esys_Finalize(&context)
        var tcti: OpaquePointer? = unsafe tcti
        unsafe Tss2_TctiLdr_Finalize(&tcti)
    }

    /// Runs one ESAPI call. SAFETY: the context is alive as long as this value; out parameters live in the closure.
    borrowing func call(_ name: String, _ body: (OpaquePointer) -> TSS2_RC) throws(TPMError) {
        let code = unsafe body(context)
        guard code != TSS2_RC_SUCCESS else { return }
        if CTss2_base(code) == CTss2_rcLockout && CTss2_isFromTPM(code) {
            // The TPM may refuse even this; that it is locked out is then all there is to say.
            let recovery = (try? lockout())?.recovery
            throw .lockedOut(call: name, recoverySeconds: recovery.map { UInt64($0.components.seconds) })
        }
        guard CTss2_isFromTPM(code) else { throw .transport(call: name, code: code, reason: decoded(code)) }
        throw .refused(call: name, code: code, reason: decoded(code))
    }

    /// Runs one ESAPI call that allocates its result, and lends the result before it is freed.
    borrowing func call<Out, R: ~Copyable>(
        _ name: String, result body: (OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<Out>?>) -> TSS2_RC,
        _ use: (UnsafeMutablePointer<Out>) throws(TPMError) -> R
    ) throws(TPMError) -> R {
        var out: UnsafeMutablePointer<Out>?
        defer { unsafe Esys_Free(out) }
        try unsafe call(name) { unsafe body($0, &out) }
        guard let out = unsafe out else { throw .transport(call: name, code: 0, reason: "no result") }
        return try unsafe use(out)
    }

    /// Frees a slot of the TPM. A failure leaves a slot taken until the next start; the operation itself is done.
    borrowing func flush(_ handle: ESYS_TR) { _ = unsafe Esys_FlushContext(context, handle) }

    /// A salted session whose first parameters travel encrypted in both directions: neither the bus nor a process
    /// between sees the secret, and the answer is authenticated. The salt is encrypted to the storage primary.
    borrowing func startSession(saltedBy primary: ESYS_TR) throws(TPMError) -> ESYS_TR {
        try startPolicySession(TPM2_SE(TPM2_SE_HMAC), saltedBy: primary)
    }

    /// A session of any type; one that carries a secret is salted.
    borrowing func startPolicySession(_ type: TPM2_SE, saltedBy primary: ESYS_TR) throws(TPMError) -> ESYS_TR {
        var symmetric = CTss2_aes128CFB()
        var session: ESYS_TR = none
        try unsafe call("StartAuthSession") {
            unsafe Esys_StartAuthSession(
                $0, primary, none, none, none, none, nil, type, &symmetric, TPMI_ALG_HASH(TPM2_ALG_SHA256), &session)
        }
        // Without a salt there is no key to encrypt with.
        let attributes = primary == none ? CTss2_continues : CTss2_encryptsBothWays
        do throws(TPMError) {
            try unsafe call("TRSess_SetAttributes") {
                unsafe Esys_TRSess_SetAttributes($0, session, attributes, 0xff)
            }
        } catch {
            flush(session)
            throw error
        }
        return session
    }

    /// An object or index that stays in the TPM; nil when it is not there.
    borrowing func openHandle(_ handle: UInt32) throws(TPMError) -> ESYS_TR? {
        var object: ESYS_TR = none
        do throws(TPMError) {
            try unsafe call("ReadPublic") { unsafe Esys_TR_FromTPMPublic($0, handle, none, none, none, &object) }
        } catch .refused(_, let code, _) where CTss2_base(code) == CTss2_rcHandle {
            return nil
        }
        return object
    }

    /// Forgets an object or index here; the TPM keeps it.
    borrowing func close(_ object: inout ESYS_TR) { _ = unsafe Esys_TR_Close(context, &object) }

    borrowing func lockout() throws(TPMError) -> LockoutState {
        try unsafe call("GetCapability") {
            unsafe Esys_GetCapability(
                $0, none, none, none, TPM2_CAP(TPM2_CAP_TPM_PROPERTIES), CTss2_firstVariableProperty, 32, nil, $1)
        } _: { (data: UnsafeMutablePointer<TPMS_CAPABILITY_DATA>) throws(TPMError) in
            var (failures, limit, interval, permanent): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
            guard unsafe CTss2_property(data, CTss2_lockoutCounter, &failures),
                unsafe CTss2_property(data, CTss2_lockoutLimit, &limit),
                unsafe CTss2_property(data, CTss2_lockoutInterval, &interval),
                unsafe CTss2_property(data, CTss2_firstVariableProperty, &permanent)
            else { throw .transport(call: "GetCapability", code: 0, reason: "no lockout properties") }
            let isLockedOut = permanent & CTss2_inLockout != 0 || failures >= limit
            // One failure is forgiven each interval; the TPM does not tell how much of the present one has passed.
            let steps = isLockedOut ? UInt64(max(failures, limit) - limit) + 1 : 0
            return LockoutState(
                failures: failures, limit: limit, isLockedOut: isLockedOut, recovery: .seconds(steps * UInt64(interval))
            )
        }
    }

    /// Objects and sessions of a killed process fill the TPM's few slots until the next reboot. Behind a resource
    /// manager they went with the process, and those that are still to be seen are somebody's.
    borrowing func flushLeftovers() throws(TPMError) {
        guard !isManaged else { return }
        for first in [CTss2_firstTransient, CTss2_firstLoadedSession, CTss2_firstSavedSession] {
            for handle in try handles(from: first) {
                var resource: ESYS_TR = none
                try unsafe call("ReadPublic") {
                    unsafe Esys_TR_FromTPMPublic($0, handle, none, none, none, &resource)
                }
                try unsafe call("FlushContext") { unsafe Esys_FlushContext($0, resource) }
            }
        }
    }

    private borrowing func handles(from first: TPM2_HANDLE) throws(TPMError) -> [TPM2_HANDLE] {
        try unsafe call("GetCapability") {
            unsafe Esys_GetCapability($0, none, none, none, TPM2_CAP(TPM2_CAP_HANDLES), first, 64, nil, $1)
        } _: { (data: UnsafeMutablePointer<TPMS_CAPABILITY_DATA>) throws(TPMError) in
            unsafe (0..<CTss2_handleCount(data)).map { unsafe CTss2_handleAt(data, $0) }
        }
    }
}

/// "No object" and "no session" of ESAPI.
let none = ESYS_TR_NONE

func decoded(_ code: TSS2_RC) -> String {
    // SAFETY: Tss2_RC_Decode returns a NUL-terminated string in a buffer of its own thread; copied at once.
    unsafe String(cString: Tss2_RC_Decode(code))
}
