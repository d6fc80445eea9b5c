internal import COpenSSL
internal import Glibc

/// How OpenSSL reads and writes the socket. Its own socket BIO uses write(2), which raises SIGPIPE when the peer is gone;
/// this one uses send(2) with MSG_NOSIGNAL, so that no program has to remember to ignore the signal.
@safe enum SocketMethod {
    // Written once, before the first connection exists; connections only read it. Lives as long as the process.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR
        guard let method = unsafe BIO_meth_new(type, "socket without SIGPIPE") else { return nil }
        unsafe BIO_meth_set_write(method) { bio, bytes, count in
            unsafe COpenSSL_clearRetry(bio)
            while true {
                let n = unsafe send(SocketMethod.descriptor(bio), bytes, Int(count), Int32(MSG_NOSIGNAL))
                if n >= 0 { return Int32(n) }
                let code = errno
                if code == EINTR { continue }
                if code == EAGAIN { unsafe COpenSSL_retryWrite(bio) }
                return -1
            }
        }
        unsafe BIO_meth_set_read(method) { bio, bytes, count in
            unsafe COpenSSL_clearRetry(bio)
            while true {
                let n = unsafe recv(SocketMethod.descriptor(bio), bytes, Int(count), 0)
                if n >= 0 {
                    // OpenSSL tells the end of the stream from an error by this flag.
                    if n == 0 { unsafe BIO_set_flags(bio, BIO_FLAGS_IN_EOF) }
                    return Int32(n)
                }
                let code = errno
                if code == EINTR { continue }
                if code == EAGAIN { unsafe COpenSSL_retryRead(bio) }
                return -1
            }
        }
        unsafe BIO_meth_set_ctrl(method) { bio, command, _, _ in
            switch command {
            case BIO_CTRL_FLUSH: 1
            case BIO_CTRL_EOF: unsafe BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0
            default: 0
            }
        }
        return unsafe method
    }()

    /// A BIO on `descriptor`, which it does not close.
    static func make(_ descriptor: Int32) -> OpaquePointer? {
        guard let bio = unsafe BIO_new(method) else { return nil }
        // The number itself is the BIO's data: nothing to free.
        unsafe BIO_set_data(bio, UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1))
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    private static func descriptor(_ bio: OpaquePointer?) -> Int32 {
        Int32(truncatingIfNeeded: unsafe Int(bitPattern: BIO_get_data(bio))) - 1
    }
}
