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
}
