internal import ArgumentParser
internal import LinuxBase
internal import Payments

/// Which bank's host takes payments. Without one every payment is declined.
struct PaymentOptions: ParsableArguments {
    @Option(name: .customLong("payment-host"), help: "The bank's ISO 8583 host, HOST:PORT.")
    var host: ListenAddress?

    @Option(help: "Our number at that host (field 32): one to eleven digits.")
    var acquirer = "123456"

    @Option(
        name: .customLong("payment-authority"),
        help: "PEM file of the authority that the host's certificate must come from; without it there is no TLS.")
    var authority: String?

    @Option(name: .customLong("payment-certificate"), help: "PEM file of our certificate for that host, leaf first.")
    var certificate: String?

    @Option(name: .customLong("payment-key"), help: "PEM file of its key.")
    var key: String?

    func validate() throws {
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--payment-certificate and --payment-key belong together")
        }
        guard authority != nil || certificate == nil else {
            throw ValidationError("--payment-certificate is for TLS: it needs --payment-authority")
        }
    }

    /// nil when no host is named.
    func paymentHost() throws -> PaymentHost? {
        guard let host else { return nil }
        var result = PaymentHost(name: host.host, port: host.port, acquirer: acquirer)
        guard let authority else { return result }
        result.tls = HostTLS(authority: try Files.read(authority, limit: 1 << 16))
        if let certificate, let key {
            result.tls?.certificate = (
                chain: try Files.read(certificate, limit: 1 << 16), key: try Files.read(key, limit: 1 << 16)
            )
        }
        return result
    }
}
