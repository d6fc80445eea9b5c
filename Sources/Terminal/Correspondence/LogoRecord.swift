public import Evidence
public import Pictures

/// Logos are kept by what they are, not by whose they are: a table that names a digest means these pixels and no
/// others.
public enum LogoRecord {
    /// The record's name: `logo/` and the digest in lower-case hex.
    public static func name(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hex = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "logo/" + String(decoding: hex, as: UTF8.self)
    }

    /// The picture in a record that arrived or was kept for `digest`; refused before it is looked at when it is
    /// another.
    public static func picture(_ bytes: [UInt8], digest: [UInt8], sha256: Hash) throws(TableError) -> Picture {
        guard sha256(bytes) == digest else { throw .otherLogo }
        do throws(CorrespondenceError) { return try Picture(decodingLogo: bytes) } catch { throw .logo(error) }
    }
}
