internal import CTss2
internal import Glibc

/// One ESAPI context on one TCTI: one conversation with one TPM.
@safe struct Connection: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable, and used by its one owner at a time (TPMDevice's mutex). ESAPI contexts know no thread.
    private let context: OpaquePointer
    private let tcti: OpaquePointer
    /// True for a software TPM behind a socket: it has no kernel that shuts it down.
    let isSoftware: Bool
    private let isManaged: Bool
    var primary: ESYS_TR?
    var signingKey: ESYS_TR?

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
        if CTss2_base(code) == CTss2_rcLockout && CTss2_isFromTPM(code) { throw .lockedOut(call: name) }
        guard CTss2_isFromTPM(code) else { throw .transport(call: name, code: code, reason: decoded(code)) }
        throw .refused(call: name, code: code, reason: decoded(code))
    }

    /// Runs one ESAPI call that allocates its result, and lends the result before it is freed.
    borrowing func call<Out, R>(
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

    /// A salted session whose first parameters travel encrypted in both directions: neither the bus nor a process between
    /// sees the secret, and the answer is authenticated. The salt is encrypted to the storage primary.
    borrowing func startSession(saltedBy primary: ESYS_TR) throws(TPMError) -> ESYS_TR {
        var symmetric = CTss2_aes128CFB()
        var session: ESYS_TR = none
        try unsafe call("StartAuthSession") {
            unsafe Esys_StartAuthSession(
                $0, primary, none, none, none, none, nil, TPM2_SE(TPM2_SE_HMAC), &symmetric,
                TPMI_ALG_HASH(TPM2_ALG_SHA256), &session)
        }
        do throws(TPMError) {
            try unsafe call("TRSess_SetAttributes") {
                unsafe Esys_TRSess_SetAttributes($0, session, CTss2_encryptsBothWays, 0xff)
            }
        } catch {
            flush(session)
            throw error
        }
        return session
    }

    /// Objects and sessions of a killed process fill the TPM's few slots until the next reboot. Behind a resource manager
    /// they went with the process, and those that are still to be seen are somebody's.
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
