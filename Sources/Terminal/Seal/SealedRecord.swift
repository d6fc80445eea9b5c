internal import LinuxBase
internal import Secrets
internal import TLS

/// Bytes as they lie on the disk: three letters and version 2, nonce (12), AES-256-GCM ciphertext and tag (16). The
/// header and what `bound` says are authenticated with it.
enum SealedBytes {
    static let overhead = 4 + AEAD.nonceBytes + AEAD.tagBytes

    /// Nonces are random: with 96 bits, a key may be used for 2³² encryptions (NIST SP 800-38D §8.3). A terminal makes
    /// two for each record that it writes.
    static func seal(
        _ plain: [UInt8], header: [UInt8], bound: [UInt8], record: String, key: borrowing SecretBytes
    ) throws(SealError) -> [UInt8] {
        let nonce: [UInt8]
        do throws(SystemCallError) { nonce = try Random.bytes(AEAD.nonceBytes) } catch { throw .system(error) }
        do throws(TLSError) {
            return header + nonce + (try AEAD.seal(plain, key: key, nonce: nonce, authenticating: header + bound))
        } catch {
            throw .cipher(record: record, reason: error.description)
        }
    }

    static func open(
        _ bytes: [UInt8], header: [UInt8], bound: [UInt8], record: String, key: borrowing SecretBytes
    ) throws(SealError) -> [UInt8] {
        guard bytes.count >= overhead, bytes.starts(with: header) else { throw .altered(record: record) }
        let nonce = Array(bytes[header.count..<header.count + AEAD.nonceBytes])
        do throws(TLSError) {
            return try AEAD.open(
                bytes[(header.count + AEAD.nonceBytes)...], key: key, nonce: nonce, authenticating: header + bound)
        } catch .notAuthentic {
            throw .altered(record: record)
        } catch {
            throw .cipher(record: record, reason: error.description)
        }
    }
}

/// A record's file: bound to the record's name and version, so it is good as that version under that name only.
enum SealedRecord {
    private static let header: [UInt8] = [0x56, 0x54, 0x52, 0x02]  // "VTR", version 2

    static func seal(
        _ plain: [UInt8], name: RecordName, version: UInt64, key: borrowing SecretBytes
    ) throws(SealError) -> [UInt8] {
        try SealedBytes.seal(plain, header: header, bound: bound(name, version), record: name.text, key: key)
    }

    /// Opens the file that the index means: two that were written as one version (after a commit that was cut off) are
    /// told apart by their tags.
    static func open(
        _ bytes: [UInt8], name: RecordName, entry: StoreIndex.Entry, key: borrowing SecretBytes
    ) throws(SealError) -> [UInt8] {
        guard tag(of: bytes) == entry.tag else { throw .altered(record: name.text) }
        return try SealedBytes.open(
            bytes, header: header, bound: bound(name, entry.version), record: name.text, key: key)
    }

    static func tag(of file: [UInt8]) -> [UInt8] { Array(file.suffix(AEAD.tagBytes)) }

    private static func bound(_ name: RecordName, _ version: UInt64) -> [UInt8] {
        bigEndian(version) + Array(name.text.utf8)
    }
}

/// Eight bytes, the highest first.
func bigEndian(_ value: UInt64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
}
