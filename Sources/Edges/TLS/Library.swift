internal import COpenSSL

/// OpenSSL's error queue of this thread.
enum ErrorQueue {
    static func clear() { ERR_clear_error() }

    /// The newest entry's words, and an empty queue.
    static func takeReason() -> String {
        let code = ERR_peek_last_error()
        defer { ERR_clear_error() }
        guard code != 0 else { return "no reason given" }
        // SAFETY: a static string, or nil.
        if let reason = unsafe ERR_reason_error_string(code) { return unsafe String(cString: reason) }
        return "error 0x\(String(code, radix: 16))"
    }

    /// The oldest entry: its library and reason numbers. The oldest is the cause, later ones are its consequences.
    static var first: (library: Int32, reason: Int32)? {
        let code = ERR_peek_error()
        guard code != 0 else { return nil }
        return (ERR_GET_LIB(code), ERR_GET_REASON(code))
    }
}

/// A certificate, released with the value.
@safe struct Certificate: ~Copyable {
    let raw: OpaquePointer
    init(owning raw: OpaquePointer) { unsafe self.raw = unsafe raw }
    deinit { unsafe X509_free(raw) }

    /// Calls `body` with each certificate of a PEM text, and returns how many there were.
    static func each<E: Error>(in pem: [UInt8], _ body: (borrowing Certificate) throws(E) -> Void) throws(E) -> Int {
        let bio = unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        guard let bio = unsafe bio else { return 0 }
        defer { unsafe BIO_free(bio) }
        var count = 0
        while let raw = unsafe PEM_read_bio_X509(bio, nil, nil, nil) {
            try unsafe body(Certificate(owning: raw))
            count += 1
        }
        // The end of the text is reported as an error ("no start line").
        ErrorQueue.clear()
        return count
    }
}

public enum Digest {
    /// SHA-256: 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 32
        let code = unsafe EVP_Digest(bytes, bytes.count, &result, &count, EVP_sha256(), nil)
        precondition(code == 1 && count == 32, "SHA-256 is part of every OpenSSL; it fails only without memory")
        return result
    }
}
