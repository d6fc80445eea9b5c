internal import ArgumentParser
internal import LinuxBase
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import ServiceLifecycle
internal import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answers payments. A demonstration issuer: no real money.",
        discussion: "Listens on loopback unless it is told otherwise; elsewhere it insists on TLS.")

    @OptionGroup var state: StateOption
    @Option(help: "Address and port; port 0 takes a free one.")
    var listen = "127.0.0.1:8583"
    @Option(help: "A file for the port that was taken.")
    var portFile: String?
    @Option(help: "TLS: certificates as PEM, this host's first.")
    var certificate: String?
    @Option(help: "TLS: its key as PEM.")
    var key: String?
    @Option(help: "Milliseconds to wait before answering a payment, as slow as some banks.")
    var answerDelay: Int64 = 0

    func validate() throws {
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--certificate and --key go together")
        }
        guard (0...600_000).contains(answerDelay) else { throw ValidationError("--answer-delay: at most ten minutes") }
    }

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let log = Logger(label: "vitrine-issuer")
        LinuxBase.Signals.ignoreBrokenPipes()
        try LinuxBase.Process.keepMemoryPrivate()
        log.warning("THIS IS A DEMONSTRATION ISSUER: test accounts, keys in files, no real money")
        let (host, port) = try address()
        let tls = try tlsContext()
        guard tls != nil || host.hasPrefix("127.") || host == "::1" else {
            throw Complaint("without TLS the issuer listens on loopback only")
        }
        let ledger = try state.ledger()
        guard let lock = try FileLock(state.state + "/issuer.lock") else {
            throw Complaint("another issuer serves \(state.state)")
        }
        let server = HostServer(
            host: IssuerHost(ledger: ledger, log: log), tls: tls, delay: .milliseconds(answerDelay), log: log)
        let channel = try await server.listen(host, port)
        if let bound = channel.localAddress?.port {
            log.notice("serving", metadata: ["address": "\(host):\(bound)", "tls": "\(tls != nil)"])
            if let portFile { try Files.replace(portFile, with: Array("\(bound)\n".utf8), mode: 0o644) }
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server.until(channel))], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: log))
        try await group.run()
        withExtendedLifetime(lock) {}
    }

    private func address() throws -> (String, Int) {
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            throw Complaint("--listen takes an address and a port: 127.0.0.1:8583, [::1]:8583")
        }
        var host = String(listen[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard InternetAddress.bytes(host) != nil else { throw Complaint("\(host) is no numeric address") }
        return (host, Int(port))
    }

    private func tlsContext() throws -> NIOSSLContext? {
        guard let certificate, let key else { return nil }
        let chain = try NIOSSLCertificate.fromPEMBytes(Files.read(certificate, limit: 1 << 20))
        let privateKey = try NIOSSLPrivateKey(bytes: Files.read(key, limit: 1 << 16), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        return try NIOSSLContext(configuration: configuration)
    }
}
