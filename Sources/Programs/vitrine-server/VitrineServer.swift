// vitrine-server: admits terminals, runs their applications in cells, and sends what these show. Owns the order of the
// pipeline: accept → admission → catalogue → cell → capture → encode → send, and commands → cell. Its threads: one event
// loop for all connections and sessions, one thread for each session's cell, two for the records.

internal import ArgumentParser
internal import LinuxBase
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

@main
struct VitrineServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine-server", abstract: "Runs the applications that Vitrine terminals show.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var log = Logger(label: "vitrine-server")
        log.logLevel = options.logLevel
        LinuxBase.Signals.ignoreBrokenPipes()
        // Card data and codes pass through here; cells inherit the limit on core dumps.
        try LinuxBase.Process.keepMemoryPrivate()
        let service = try ServerService(options, log: log)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
        try await group.run()
    }
}
