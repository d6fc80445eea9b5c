internal import Crypto
internal import NIOCore
internal import NIOSSL
internal import SwiftASN1
internal import Wire
internal import X509

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What the server shows to terminals and what it asks of them. PEM everywhere.
public struct ServerCredentials: Sendable {
    /// Leaf first.
    public var certificateChain: [UInt8]
    public var privateKey: [UInt8]
    /// The authority whose terminals are let in.
    public var authority: [UInt8]
    public init(certificateChain: [UInt8], privateKey: [UInt8], authority: [UInt8]) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.authority = authority
    }
}

/// TLS 1.3 only, client certificate required, and the names for what can go wrong with it.
struct ListenerTLS: Sendable {
    let context: NIOSSLContext
    let exporters = ExporterSecrets()
    private let authorities: [Certificate]

    init(_ credentials: ServerCredentials) throws(AcceptError) {
        let chain = try Self.reading("server certificate") {
            try NIOSSLCertificate.fromPEMBytes(credentials.certificateChain)
        }
        let key = try Self.reading("server key") {
            try NIOSSLPrivateKey(bytes: credentials.privateKey, format: .pem)
        }
        let roots = try Self.reading("authority certificate") {
            try NIOSSLCertificate.fromPEMBytes(credentials.authority)
        }
        authorities = try Self.reading("authority certificate") {
            try roots.map { try Certificate(derEncoded: $0.toDERBytes()) }
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv13
        configuration.trustRoots = .certificates(roots)
        // The chain is verified and required; a terminal's name is in the directory, not in DNS.
        configuration.certificateVerification = .noHostnameVerification
        configuration.applicationProtocols = [WireLimits.applicationProtocol]
        // Nothing is owed to a peer that does not answer close_notify.
        configuration.shutdownTimeout = .seconds(1)
        let exporters = exporters
        configuration.keyLogCallback = { buffer in exporters.take(line: String(buffer: buffer)) }
        let ready = configuration
        context = try Self.reading("TLS configuration") { try NIOSSLContext(configuration: ready) }
    }

    /// The reason for a failed handshake. `certificate` is what the terminal showed, if it got that far.
    func reason(for error: any Error, certificate: NIOSSLCertificate?) -> ConnectionEnd {
        guard let error = error as? NIOSSLError else { return .internalFailure("TLS") }
        switch error {
        case .handshakeFailed(.sslError(let stack)):
            let names = stack.map { Self.name(of: $0) }
            return names.lazy.compactMap { Self.known($0) }.first ?? verdict(names: names, certificate: certificate)
        case .handshakeFailed: return .handshakeFailed(reason: "closed")
        case .uncleanShutdown: return .lost(errno: 0)
        case .noCertificateToValidate: return .noCertificate
        default: return .internalFailure("TLS")
        }
    }

    private func verdict(names: [String], certificate: NIOSSLCertificate?) -> ConnectionEnd {
        guard names.contains("CERTIFICATE_VERIFY_FAILED") else {
            return .handshakeFailed(reason: names.first ?? "unknown")
        }
        // Only for the log: the verdict itself was the TLS library's.
        guard let der = try? certificate?.toDERBytes(), let shown = try? Certificate(derEncoded: der),
            authorities.contains(where: { $0.publicKey.isValidSignature(shown.signature, for: shown) })
        else { return .unknownAuthority }
        let now = Date()
        if shown.notValidAfter < now { return .certificateExpired }
        if shown.notValidBefore > now { return .certificateNotYetValid }
        return .certificateUnsuitable
    }

    private static func known(_ name: String) -> ConnectionEnd? {
        switch name {
        case "PEER_DID_NOT_RETURN_A_CERTIFICATE": .noCertificate
        case "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "WRONG_VERSION_NUMBER", "UNEXPECTED_RECORD": .notTLS
        case _ where name.contains("_ALERT_"): .refusedByTerminal(alert: name)
        default: nil
        }
    }

    /// The library's constant in "Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:NAME at file:line".
    private static func name(of error: BoringSSLInternalError) -> String {
        if error == .eofDuringHandshake { return "closed" }
        let words = error.description.split(separator: " ")
        guard let at = words.firstIndex(of: "at"), at > words.startIndex,
            let name = words[words.index(before: at)].split(separator: ":").last
        else { return "unknown" }
        return String(name.prefix(64))
    }

    private static func reading<R>(_ what: String, _ body: () throws -> R) throws(AcceptError) -> R {
        do { return try body() } catch { throw .credentials(what: what, reason: "\(error)") }
    }
}
