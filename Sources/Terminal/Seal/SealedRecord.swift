internal import LinuxBase
internal import Secrets
internal import TLS

/// A record as it lies on the disk: `VTR` and version 1, nonce (12), AES-256-GCM ciphertext and tag (16). Header and name are
/// authenticated with it, so a record is good under its own name only.
enum SealedRecord {
    private static let header: [UInt8] = [0x56, 0x54, 0x52, 0x01]
    static let overhead = header.count + AEAD.nonceBytes + AEAD.tagBytes

    /// Nonces are random: with 96 bits, a key may be used for 2³² records (NIST SP 800-38D §8.3). A terminal writes a few
    /// at each enrolment.
    static func seal(_ plain: [UInt8], name: RecordName, key: borrowing SecretBytes) throws(SealError) -> [UInt8] {
        let nonce: [UInt8]
        do throws(SystemCallError) { nonce = try Random.bytes(AEAD.nonceBytes) } catch { throw .system(error) }
        do throws(TLSError) {
            let sealed = try AEAD.seal(plain, key: key, nonce: nonce, authenticating: associatedData(name))
            return header + nonce + sealed
        } catch {
            throw .cipher(record: name.text, reason: error.description)
        }
    }

    static func open(_ bytes: [UInt8], name: RecordName, key: borrowing SecretBytes) throws(SealError) -> [UInt8] {
        guard bytes.count >= overhead, bytes.starts(with: header) else { throw .altered(record: name.text) }
        let nonce = Array(bytes[header.count..<header.count + AEAD.nonceBytes])
        do throws(TLSError) {
            return try AEAD.open(
                bytes[(header.count + AEAD.nonceBytes)...], key: key, nonce: nonce, authenticating: associatedData(name)
            )
        } catch .notAuthentic {
            throw .altered(record: name.text)
        } catch {
            throw .cipher(record: name.text, reason: error.description)
        }
    }

    private static func associatedData(_ name: RecordName) -> [UInt8] { header + Array(name.text.utf8) }
}

/// The file with the sealed key: `VTK` and version 1, the TPM's blob, SHA-256 of all before it. The sum protects nothing; it
/// tells a damaged file from one that belongs to another TPM, without asking the TPM.
enum KeyFile {
    static let record = "key"
    static let limit = 4096
    private static let header: [UInt8] = [0x56, 0x54, 0x4b, 0x01]

    static func encode(_ blob: [UInt8]) -> [UInt8] {
        let body = header + blob
        return body + Digest.sha256(body)
    }

    static func decode(_ bytes: [UInt8]) throws(SealError) -> [UInt8] {
        guard bytes.count > header.count + 32, bytes.starts(with: header),
            Digest.sha256(Array(bytes.dropLast(32))) == Array(bytes.suffix(32))
        else { throw .altered(record: record) }
        return Array(bytes.dropFirst(header.count).dropLast(32))
    }
}
