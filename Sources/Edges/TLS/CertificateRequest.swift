internal import COpenSSL

/// A PKCS #10 certificate request in PEM, for a P-256 key that is held elsewhere. `commonName` is 1 to 64 bytes.
public func makeCertificateRequest(
    commonName: String, publicKey: (x: [UInt8], y: [UInt8]), sign: @escaping Signer
) throws(TLSError) -> [UInt8] {
    let key = try ForeignKey(publicKey: publicKey, sign: sign)
    let name = Array(commonName.utf8)
    // ub-common-name of RFC 5280, appendix A.
    guard (1...64).contains(name.count) else { throw .badLength(what: "common name", count: name.count) }
    guard let request = unsafe X509_REQ_new(), let output = unsafe BIO_new(BIO_s_mem()) else {
        throw .setUp(step: "certificate request", reason: "no memory")
    }
    defer {
        unsafe X509_REQ_free(request)
        unsafe BIO_free(output)
    }
    guard unsafe X509_REQ_set_version(request, 0) == 1,
        unsafe X509_NAME_add_entry_by_NID(
            X509_REQ_get_subject_name(request), NID_commonName, MBSTRING_UTF8, name, Int32(name.count), -1, 0) == 1,
        unsafe X509_REQ_set_pubkey(request, key.raw) == 1,
        unsafe X509_REQ_sign(request, key.raw, EVP_sha256()) > 0
    else {
        if let reason = key.takeFailure() {
            ErrorQueue.clear()
            throw .signing(reason: reason)
        }
        throw .setUp(step: "certificate request", reason: ErrorQueue.takeReason())
    }
    var bytes: UnsafeMutablePointer<CChar>?
    guard unsafe PEM_write_bio_X509_REQ(output, request) == 1 else {
        throw .setUp(step: "certificate request", reason: ErrorQueue.takeReason())
    }
    let count = unsafe COpenSSL_memory(output, &bytes)
    // SAFETY: the memory belongs to `output`, which lives until the end of this call.
    return unsafe UnsafeRawBufferPointer(start: bytes, count: count).map { $0 }
}

/// The DER SubjectPublicKeyInfo of a P-256 key (RFC 5480): what fingerprints are made over.
public func subjectPublicKeyInfo(x: [UInt8], y: [UInt8]) -> [UInt8] {
    // SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 ‖ x ‖ y } }
    let head: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
        0xce,
        0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ]
    return head + x + y
}
