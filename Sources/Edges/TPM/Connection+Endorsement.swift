internal import CTss2
internal import Glibc
internal import Secrets

/// Where the TCG's EK credential profile keeps certificates of elliptic curve keys, best first.
private struct EndorsementPlace {
    let index: UInt32
    let template: CTss2_EndorsementTemplate
    let coordinateBytes: Int
    /// The key's policy asks for the endorsement hierarchy's authorisation; others take their own empty password.
    var needsPolicy: Bool { template == CTss2_L2 }

    static var all: [EndorsementPlace] {
        [
            EndorsementPlace(index: 0x01c0_0014, template: CTss2_H2, coordinateBytes: 32),
            EndorsementPlace(index: 0x01c0_0016, template: CTss2_H3, coordinateBytes: 48),
            EndorsementPlace(index: 0x01c0_000a, template: CTss2_L2, coordinateBytes: 32),
        ]
    }
}

extension Connection {
    /// Makes the endorsement key from its template and lends it with what its maker says of it.
    borrowing func withEndorsementKey<R: ~Copyable>(
        _ body: (EndorsementKey, _ loaded: (object: ESYS_TR, needsPolicy: Bool)) throws(TPMError) -> R
    ) throws(TPMError) -> R {
        for place in EndorsementPlace.all {
            guard let certificate = try certificate(at: place.index) else { continue }
            var (object, area) = try createPrimary(
                CTss2_endorsementTemplate(place.template), in: ESYS_TR_RH_ENDORSEMENT)
            defer { flush(object) }
            let point =
                unsafe coordinate(CTss2_x(&area), place.coordinateBytes)
                + coordinate(CTss2_y(&area), place.coordinateBytes)
            // A key whose certificate is for another: made by a template that we do not know. The server looks closely;
            // this is for choosing. 04 begins an uncompressed point (SEC 1 §2.3.3).
            guard certificate.contains([0x04] + point) else { continue }
            let key = EndorsementKey(certificate: certificate, area: unsafe try marshalled(&area))
            return try body(key, (object, place.needsPolicy))
        }
        throw .noEndorsementCertificate
    }

    mutating func activate(credential: [UInt8], secret: [UInt8]) throws(TPMError) -> SecretBytes {
        var object = TPM2B_ID_OBJECT()
        var seed = TPM2B_ENCRYPTED_SECRET()
        guard unsafe CTss2_setCredential(&object, credential, credential.count),
            unsafe CTss2_setEncryptedSecret(&seed, secret, secret.count)
        else { throw .badLength(call: "ActivateCredential", count: max(credential.count, secret.count)) }
        let attestationKey = try open(.attestation)
        let session = try startSession(saltedBy: openPrimary())
        defer { flush(session) }
        return try withEndorsementKey { (_, loaded) throws(TPMError) -> SecretBytes in
            let authorisation = loaded.needsPolicy ? try startEndorsementPolicy() : ESYS_TR_PASSWORD
            defer { if loaded.needsPolicy { flush(authorisation) } }
            do throws(TPMError) {
                return try unsafe secretResult("ActivateCredential") {
                    unsafe Esys_ActivateCredential(
                        $0, attestationKey, loaded.object, session, authorisation, none, &object, &seed, $1)
                }
            } catch .refused(_, let code, _) where isNoCredential(code) {
                throw .otherCredential
            }
        }
    }

    private borrowing func startEndorsementPolicy() throws(TPMError) -> ESYS_TR {
        let session = try startPolicySession(TPM2_SE(TPM2_SE_POLICY), saltedBy: none)
        do throws(TPMError) {
            try unsafe call("PolicySecret") {
                unsafe Esys_PolicySecret(
                    $0, ESYS_TR_RH_ENDORSEMENT, session, ESYS_TR_PASSWORD, none, none, nil, nil, nil, 0, nil, nil)
            }
        } catch {
            flush(session)
            throw error
        }
        return session
    }

    /// Lends a result that is secret, and wipes it before it is freed.
    private borrowing func secretResult(
        _ name: String, _ body: (OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<TPM2B_DIGEST>?>) -> TSS2_RC
    ) throws(TPMError) -> SecretBytes {
        try unsafe call(name, result: body) { (value) throws(TPMError) -> SecretBytes in
            var count = 0
            guard let base = unsafe CTss2_digestBytes(value, &count) else {
                throw .transport(call: name, code: 0, reason: "no result")
            }
            defer { unsafe explicit_bzero(value, MemoryLayout<TPM2B_DIGEST>.size) }
            return unsafe SecretBytes(from: base, count: count)
        }
    }

    /// The certificate that the index holds; nil when there is no such index, or nothing in it that looks like one.
    private borrowing func certificate(at handle: UInt32) throws(TPMError) -> [UInt8]? {
        guard var index = try openHandle(handle) else { return nil }
        defer { close(&index) }
        let (size, ownerReads) = try unsafe withIndexArea(of: index) { (area) throws(TPMError) in
            unsafe (Int(area.pointee.nvPublic.dataSize), area.pointee.nvPublic.attributes & CTss2_ownerRead != 0)
        }
        let reader = ownerReads ? ESYS_TR_RH_OWNER : index
        var bytes: [UInt8] = []
        while bytes.count < size {
            // 512: less than any TPM gives at a time.
            let part = min(512, size - bytes.count)
            bytes += try readIndex(index, authorised: reader, ESYS_TR_PASSWORD, size: part, offset: bytes.count)
        }
        return derSequence(bytes)
    }
}

/// The codes of a credential that does not belong to these two keys.
private func isNoCredential(_ code: TSS2_RC) -> Bool {
    let base = CTss2_base(code)
    return base == CTss2_rcIntegrity || base == CTss2_rcValue || base == CTss2_rcSize || base == CTss2_rcPoint
        || base == CTss2_rcInsufficient
}

/// The DER SEQUENCE at the start of `bytes`; the index may be larger than what it holds.
private func derSequence(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count > 4, bytes[0] == 0x30, bytes[1] == 0x82 else { return nil }
    let count = 4 + Int(bytes[2]) * 256 + Int(bytes[3])
    return count <= bytes.count ? Array(bytes.prefix(count)) : nil
}
