internal import Glibc

/// Addresses as people write them.
public enum InternetAddress {
    /// The 4 or 16 bytes of a numeric IPv4 or IPv6 address, in network order; nil for what is none (a host name).
    public static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count < 64 else { return nil }
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var result = [UInt8](repeating: 0, count: count)
            // SAFETY: inet_pton writes exactly 4 or 16 bytes for these families.
            let code = unsafe result.withUnsafeMutableBytes { unsafe inet_pton(family, text, $0.baseAddress!) }
            if code == 1 { return result }
        }
        return nil
    }

    /// The text of 4 or 16 bytes in network order; nil for any other count.
    public static func text(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var result = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        // SAFETY: inet_ntop reads 4 or 16 bytes for these families, and ends its text with a zero byte.
        let text = unsafe bytes.withUnsafeBytes {
            unsafe inet_ntop(family, $0.baseAddress!, &result, socklen_t(result.count))
        }
        guard unsafe text != nil else { return nil }
        return String(decoding: result.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
