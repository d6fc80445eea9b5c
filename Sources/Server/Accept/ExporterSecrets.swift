internal import Crypto
internal import NIOCore
internal import Synchronization

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The exporter secrets of connections whose handshake is under way, by the random of their ClientHello.
///
/// NIOSSL has no call for exporters (RFC 8446 §7.5); its key log has the secret that they are made of. All other lines of
/// the log are dropped here, and each secret leaves with its connection.
final class ExporterSecrets: Sendable {
    /// Lines of handshakes that never end are bounded by the connections that a listener takes; this is for what a library
    /// might do otherwise.
    private static let limit = 4096
    private let secrets = Mutex<[[UInt8]: [UInt8]]>([:])

    /// One line of the key log: label, client random and secret, in hexadecimal.
    func take(line: String) {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard words.count == 3, words[0] == "EXPORTER_SECRET", let random = Self.bytes(words[1]),
            let secret = Self.bytes(words[2])
        else { return }
        secrets.withLock { secrets in
            // Two handshakes with one random are not both honest: neither gets a binding.
            guard secrets.removeValue(forKey: random) == nil, secrets.count < Self.limit else { return }
            secrets[random] = secret
        }
    }

    /// The secret of a connection, once.
    func remove(random: [UInt8]) -> [UInt8]? { secrets.withLock { $0.removeValue(forKey: random) } }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var result: [UInt8] = []
        for at in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[at...at + 1], as: UTF8.self), radix: 16) else { return nil }
            result.append(byte)
        }
        return result
    }
}

/// Exported keying material with an empty context, from the exporter secret: 32 or 48 bytes, as the cipher suite's hash.
enum Exporter {
    static func value(secret: [UInt8], label: String, count: Int) -> [UInt8]? {
        switch secret.count {
        case SHA256.byteCount: value(SHA256.self, secret, label, count)
        case SHA384.byteCount: value(SHA384.self, secret, label, count)
        default: nil
        }
    }

    private static func value<H: HashFunction>(
        _ hash: H.Type, _ secret: [UInt8], _ label: String, _ count: Int
    ) -> [UInt8] {
        let empty = Array(H.hash(data: [UInt8]()))
        let derived = expand(hash, SymmetricKey(data: secret), label, empty, H.Digest.byteCount)
        return expand(hash, SymmetricKey(data: derived), "exporter", empty, count)
    }

    /// HKDF-Expand-Label (RFC 8446 §7.1).
    private static func expand<H: HashFunction>(
        _ hash: H.Type, _ key: SymmetricKey, _ label: String, _ context: [UInt8], _ count: Int
    ) -> [UInt8] {
        let name = Array("tls13 \(label)".utf8)
        let info =
            [UInt8(count >> 8), UInt8(count & 0xff), UInt8(name.count)] + name + [UInt8(context.count)] + context
        return unsafe HKDF<H>.expand(pseudoRandomKey: key, info: info, outputByteCount: count)
            .withUnsafeBytes { unsafe Array($0) }
    }
}

/// Stands before TLS and remembers the random of the ClientHello, which names the connection in the key log.
final class HelloReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Record header (5), handshake header (4), legacy version (2), random (32): RFC 8446 §5.1, §4, §4.1.2.
    private static let offset = 11
    private static let end = 43
    private var seen: [UInt8] = []

    /// Nil for a peer that has not sent so much, or no ClientHello.
    var random: [UInt8]? {
        guard seen.count == Self.end, seen[0] == 22, seen[5] == 1 else { return nil }
        return Array(seen[Self.offset...])
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if seen.count < Self.end {
            seen += unwrapInboundIn(data).readableBytesView.prefix(Self.end - seen.count)
        }
        context.fireChannelRead(data)
    }
}
