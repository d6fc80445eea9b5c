internal import Crypto
internal import FoundationEssentials
internal import LinuxBase

/// The maker's private key (P-256), in a file of mode 0600 (PEM, PKCS#8).
struct ReleaseKey {
    private static let fileBytes = 16384
    private let key: P256.Signing.PrivateKey

    /// Makes a key; a file that is there is never replaced: all terminals would have to be enrolled again.
    static func make(at path: String) throws -> ReleaseKey {
        let key = P256.Signing.PrivateKey()
        let file: Descriptor
        do throws(SystemCallError) { file = try Files.makeFile(path, mode: 0o600) } catch {
            throw Complaint(Files.exists(path) ? "\(path) is there already" : error.description)
        }
        try file.writeAll(Array((key.pemRepresentation + "\n").utf8))
        try Files.sync(file)
        try Files.syncFolder(Files.parent(of: path))
        return ReleaseKey(key: key)
    }

    private init(key: P256.Signing.PrivateKey) { self.key = key }

    /// Refuses a file that others may read.
    init(_ path: String) throws {
        let status: FileStatus
        do throws(SystemCallError) { status = try Files.status(path) } catch { throw Complaint(error.description) }
        guard status.kind == .file, status.mode & 0o077 == 0 else {
            throw Complaint("others may read the key \(path): chmod 600 it")
        }
        let text = String(decoding: try read(path, limit: Self.fileBytes), as: UTF8.self)
        // The library's words may quote what it read: they are left out.
        do { key = try P256.Signing.PrivateKey(pemRepresentation: text) } catch {
            throw Complaint("\(path) is no P-256 private key in PEM")
        }
    }

    /// PEM, SubjectPublicKeyInfo.
    var publicPEM: String { key.publicKey.pemRepresentation + "\n" }

    /// 32 bytes each.
    var point: (x: [UInt8], y: [UInt8]) {
        let coordinates = [UInt8](key.publicKey.rawRepresentation)
        return (Array(coordinates[..<32]), Array(coordinates[32...]))
    }

    /// ECDSA with SHA-256: r ‖ s, 64 bytes.
    func sign(_ message: [UInt8]) throws -> [UInt8] { [UInt8](try key.signature(for: message).rawRepresentation) }
}

func sha256(_ bytes: [UInt8]) -> [UInt8] { [UInt8](SHA256.hash(data: bytes)) }

func read(_ path: String, limit: Int) throws -> [UInt8] {
    do throws(Files.ReadError) { return try Files.read(path, limit: limit) } catch {
        switch error {
        case .system(let error): throw Complaint(error.description)
        case .tooLarge(let path, let limit): throw Complaint("\(path) has more than \(limit) bytes")
        }
    }
}
