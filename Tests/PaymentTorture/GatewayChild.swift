import Glibc
import ISO8583
import LinuxBase
import Logging
import NIOPosix
import Payments
import Secrets

/// The child: a gateway that pays what it is told to. See `GatewayProcess` for the lines.
enum GatewayChild {
    static func run(journal: String, port: Int, answer: Duration) async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var log = Logger(label: "gateway")
        log.logLevel = .notice
        var limits = GatewayLimits()
        limits.answer = answer
        limits.reversal = .milliseconds(20) ... .milliseconds(200)
        limits.reconnect = .milliseconds(5) ... .milliseconds(50)
        limits.echo = .milliseconds(400)
        limits.signOn = .milliseconds(500)
        let gateway = try PaymentGateway.open(
            journal: journal, host: PaymentHost(name: "127.0.0.1", port: port, acquirer: "10"), limits: limits,
            log: log, on: MultiThreadedEventLoopGroup.singleton.next())
        // It dies by a signal, or when nobody speaks to it any more.
        Task { await gateway.run() }
        let lines = AsyncStream<String> { continuation in
            let reader: @Sendable () -> Void = {
                while let line = readLine() { continuation.yield(line) }
                continuation.finish()
            }
            do { try WorkerThread.start("reader", reader) } catch { continuation.finish() }
        }
        await withDiscardingTaskGroup { group in
            for await line in lines {
                let words = line.split(separator: " ").map(String.init)
                group.addTask { await obey(words, gateway) }
            }
        }
    }

    private static func obey(_ words: [String], _ gateway: PaymentGateway) async {
        switch (words.first, words.count) {
        case ("pay", 4):
            guard let order = order(identifier: words[1], account: words[2], amount: UInt64(words[3]) ?? 0) else {
                return say("told \(words[1]) refused")
            }
            say("told \(words[1]) \(text(await gateway.authorise(order)))")
        case ("ask", 2):
            do throws(GatewayError) {
                let result = try await gateway.result(of: bytes(words[1]))
                say("told \(words[1]) \(result.map(text) ?? "unknown")")
            } catch {
                say("told \(words[1]) unreadable")
            }
        case ("status", 1):
            let status = await gateway.status()
            say("status \(status.isConnected ? 1 : 0) \(status.underWay) \(status.reversing)")
        default: say("what?")
        }
    }

    private static func order(identifier: String, account: String, amount: UInt64) -> PaymentOrder? {
        // Nil for lines that are no order.
        try? PaymentOrder(
            identifier: bytes(identifier), terminal: "TORTURE1",
            merchant: Merchant(identifier: "M-1", name: "Cafe Lumiere"), invoice: identifier, amount: amount,
            currency: "EUR", account: PaymentAccount(digits: SecretBytes(copying: Array(account.utf8)), expiry: nil),
            entry: .keyed)
    }

    private static func bytes(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    private static func text(_ result: PaymentResult) -> String {
        switch result {
        case .approved(let reference, let code): "approved \(reference) \(code)"
        case .declined(_, let code): "declined \(code?.rawValue ?? "-")"
        case .needsMore(let request, let code): "more \(code.rawValue) \(request.rawValue)"
        }
    }
}
