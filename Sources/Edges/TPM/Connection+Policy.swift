internal import CTss2
internal import Secrets

/// Policies: PolicyAuthorize over PolicyPCR and PolicyNV(counter ≤ generation).
extension Connection {
    /// The digest that a sealed object is bound to: whatever `authority` approves with `reference`. The TPM works it
    /// out.
    borrowing func authorisedPolicy(_ authority: P256PublicPoint, _ reference: [UInt8]) throws(TPMError) -> TPM2B_DIGEST
    {
        var signer = try withAuthority(authority) { (key) throws(TPMError) in try keyName(key) }
        let session = try startPolicySession(TPM2_SE(TPM2_SE_TRIAL), saltedBy: none)
        defer { flush(session) }
        var approved = TPM2B_DIGEST()
        var label = try digestBuffer(reference, call: "PolicyAuthorize")
        var proof = CTss2_noProof()
        try unsafe call("PolicyAuthorize") {
            unsafe Esys_PolicyAuthorize($0, session, none, none, none, &approved, &label, &signer, &proof)
        }
        return try unsafe call("PolicyGetDigest") {
            unsafe Esys_PolicyGetDigest($0, session, none, none, none, $1)
        } _: { (digest: UnsafeMutablePointer<TPM2B_DIGEST>) throws(TPMError) in
            unsafe digest.pointee
        }
    }

    /// Brings `session` to the state in which it opens what is sealed to the policy's authority.
    mutating func satisfy(_ policy: ReleasePolicy, registers: UInt32, in session: ESYS_TR) throws(TPMError) {
        try requireRegisters(registers, policy.registersDigest, in: session)
        try requireGeneration(policy.generation, in: session)
        try authorise(policy, in: session)
    }

    private borrowing func requireRegisters(
        _ mask: UInt32, _ digest: [UInt8], in session: ESYS_TR
    ) throws(TPMError) {
        var selection = CTss2_registers(mask)
        var expected = try digestBuffer(digest, call: "PolicyPCR")
        do throws(TPMError) {
            try unsafe call("PolicyPCR") {
                unsafe Esys_PolicyPCR($0, session, none, none, none, &expected, &selection)
            }
        } catch .refused(_, let code, _) where CTss2_base(code) == CTss2_rcValue {
            throw .registersDiffer
        }
    }

    private mutating func requireGeneration(_ generation: UInt64, in session: ESYS_TR) throws(TPMError) {
        let counter = try openCounter(TPMDevice.generationIndex)
        let bytes = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: generation >> UInt64($0)) }
        var operand = try digestBuffer(bytes, call: "PolicyNV")
        do throws(TPMError) {
            try unsafe call("PolicyNV") {
                unsafe Esys_PolicyNV(
                    $0, counter, counter, session, ESYS_TR_PASSWORD, none, none, &operand, 0,
                    TPM2_EO(TPM2_EO_UNSIGNED_LE))
            }
        } catch .refused(_, let code, _) where CTss2_base(code) == CTss2_rcPolicy {
            throw .retired(counter: try read(TPMDevice.generationIndex), generation: generation)
        }
    }

    private borrowing func authorise(_ policy: ReleasePolicy, in session: ESYS_TR) throws(TPMError) {
        var (signer, proof) = try withAuthority(policy.authority) { (key) throws(TPMError) in
            (try keyName(key), try verify(policy, with: key))
        }
        var approved = try digestBuffer(policy.approved, call: "PolicyAuthorize")
        var label = try digestBuffer(policy.reference, call: "PolicyAuthorize")
        do throws(TPMError) {
            try unsafe call("PolicyAuthorize") {
                unsafe Esys_PolicyAuthorize($0, session, none, none, none, &approved, &label, &signer, &proof)
            }
        } catch .refused(_, let code, _) where CTss2_base(code) == CTss2_rcValue {
            // Signed, but it is not the policy of these registers and this generation.
            throw .unsignedPolicy
        }
    }

    private borrowing func verify(_ policy: ReleasePolicy, with key: ESYS_TR) throws(TPMError) -> TPMT_TK_VERIFIED {
        let (r, s) = (policy.signature.r, policy.signature.s)
        guard r.count == 32, s.count == 32 else { throw .badLength(call: "VerifySignature", count: r.count + s.count) }
        var digest = try digestBuffer(policy.signed, call: "VerifySignature")
        var proof = unsafe CTss2_signature(r, s)
        do throws(TPMError) {
            return try unsafe call("VerifySignature") {
                unsafe Esys_VerifySignature($0, key, none, none, none, &digest, &proof, $1)
            } _: { (ticket: UnsafeMutablePointer<TPMT_TK_VERIFIED>) throws(TPMError) in
                unsafe ticket.pointee
            }
        } catch .refused(_, let code, _) where CTss2_base(code) == CTss2_rcSignature {
            throw .unsignedPolicy
        }
    }

    /// Lends the authority's public key, loaded. The owner hierarchy gives the proof of its signature a value; under
    /// the null hierarchy the TPM would hand out an empty one.
    private borrowing func withAuthority<R>(
        _ authority: P256PublicPoint, _ body: (ESYS_TR) throws(TPMError) -> R
    ) throws(TPMError) -> R {
        guard authority.x.count == 32, authority.y.count == 32 else {
            throw .badLength(call: "LoadExternal", count: authority.x.count + authority.y.count)
        }
        var area = unsafe CTss2_verifyingKey(authority.x, authority.y)
        var key: ESYS_TR = none
        try unsafe call("LoadExternal") {
            unsafe Esys_LoadExternal($0, none, none, none, nil, &area, ESYS_TR_RH_OWNER, &key)
        }
        defer { flush(key) }
        return try body(key)
    }

    private borrowing func keyName(_ key: ESYS_TR) throws(TPMError) -> TPM2B_NAME {
        try unsafe call("TR_GetName") {
            unsafe Esys_TR_GetName($0, key, $1)
        } _: { (name: UnsafeMutablePointer<TPM2B_NAME>) throws(TPMError) in
            unsafe name.pointee
        }
    }
}

extension SecretBytes {
    /// Takes a copy; whoever has the original wipes it.
    init(from base: UnsafePointer<UInt8>, count: Int) {
        self.init(count: count)
        unsafe withMutableBytes { unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: base, count: count)) }
    }
}
