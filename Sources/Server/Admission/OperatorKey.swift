internal import Crypto
internal import LinuxBase

/// The key by which terminals know their operator: P-256, for the signatures of correspondence tables. Only the
/// operator's tool opens it. The server, which talks to networks, never does: it passes on what was signed, and
/// whoever takes it over can sign nothing. Where the server has an account of its own, the file belongs to another.
public struct OperatorKey: Sendable {
    /// Larger than the file that this software writes.
    private static let fileBytes = 16384

    private let key: P256.Signing.PrivateKey

    /// Where the key is (PEM, PKCS#8, mode 0600).
    public static func path(_ state: String) -> String { state + "/operator.key" }

    /// Where its public key is (PEM): with it, a private key that is gone is told from one that never was.
    public static func publicPath(_ state: String) -> String { state + "/operator.pem" }

    /// The key of a state folder, made where there never was one. A file that is there and is no key, or one that is lost,
    /// is never replaced: all terminals would have to be enrolled again.
    public static func openOrCreate(state: String) throws(AdmissionError) -> OperatorKey {
        let path = path(state)
        if !Files.exists(path) {
            guard !Files.exists(publicPath(state)) else {
                throw .file(
                    path: path,
                    detail: """
                        the operator's key is gone: put it back from its backup. (Without it, remove operator.pem and enrol \
                        every terminal again: they believe no tables of another.)
                        """)
            }
            let made = P256.Signing.PrivateKey()
            do {
                try Files.replace(path, with: Array((made.pemRepresentation + "\n").utf8), mode: 0o600)
                try Files.replace(
                    publicPath(state), with: Array((made.publicKey.pemRepresentation + "\n").utf8), mode: 0o644)
            } catch {
                throw .file(path: path, detail: error.description)
            }
        }
        // What is read back counts: of two tools that make a key at once, both go on with the same one.
        return try open(state: state)
    }

    /// The key of a state folder. Refuses a file that others may read.
    public static func open(state: String) throws(AdmissionError) -> OperatorKey {
        let path = path(state)
        let status: FileStatus
        do { status = try Files.status(path) } catch { throw .file(path: path, detail: error.description) }
        guard status.kind == .file, status.mode & 0o077 == 0 else {
            throw .file(path: path, detail: "others may read the operator's key: chmod 600 it")
        }
        let text: String
        do throws(Files.ReadError) {
            text = String(decoding: try Files.read(path, limit: fileBytes), as: UTF8.self)
        } catch {
            throw .file(path: path, detail: "\(error)")
        }
        // The library's words may quote what it read: they are left out.
        do { return OperatorKey(key: try P256.Signing.PrivateKey(pemRepresentation: text)) } catch {
            throw .file(path: path, detail: "no P-256 private key in PEM")
        }
    }

    private init(key: P256.Signing.PrivateKey) { self.key = key }

    /// The public key as terminals keep it: 65 bytes, uncompressed (SEC 1 §2.3.3).
    public var publicPoint: [UInt8] { [UInt8](key.publicKey.x963Representation) }

    /// ES256: r and s, 32 bytes each, over SHA-256 of the message.
    public func sign(_ message: [UInt8]) throws(AdmissionError) -> [UInt8] {
        do { return [UInt8](try key.signature(for: message).rawRepresentation) } catch {
            throw .signing(detail: "\(error)")
        }
    }

    /// Whether a signature as `sign` makes it is this key's over the message.
    public func verifies(_ message: [UInt8], _ signature: [UInt8]) -> Bool {
        // What is not 64 bytes is no signature of anything.
        guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
        return key.publicKey.isValidSignature(signature, for: message)
    }
}
