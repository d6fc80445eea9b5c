internal import Admission
internal import Cell
internal import Crypto
internal import ISO8583
internal import Logging
internal import NIOCore
internal import Payments
internal import Secrets
internal import Send
internal import Wire

/// Payments of a session: the application asks, the gateway knows.
extension Session {
    /// Under way: the session does not end before the bank has answered, or the gateway has given up on it.
    func authorise(_ attempt: PaymentAttempt) {
        guard case .serving(let cell, _) = phase else { return }
        guard let payments = host?.payments else {
            return tell(.payment(.declined(reason: "This server has no bank to ask. Nothing was charged.")), cell)
        }
        // One payment a session: whoever is told of an end is told of one reference.
        guard wallet.reference == nil else {
            return tell(.payment(.declined(reason: "This session has paid. Nothing more was charged.")), cell)
        }
        guard !wallet.isPaying else {
            return end(.failed(reason: "the application pays twice at a time"), because: "authorise while authorising")
        }
        let pin = wallet.pin
        let order: PaymentOrder
        do throws(OrderError) {
            guard let account = try wallet.account(attempt.source) else {
                return tell(.payment(.declined(reason: "No account to pay with. Nothing was charged.")), cell)
            }
            order = try PaymentOrder(
                identifier: Self.identifier(terminal.name, key.request, attempt.number), terminal: terminal.name,
                merchant: Merchant(identifier: attempt.invoice.account, name: attempt.invoice.merchant),
                invoice: attempt.invoice.identifier, amount: attempt.invoice.amount, currency: attempt.invoice.currency,
                account: account, entry: attempt.source == .card ? .contactless : .stored,
                pin: pin.flatMap { PINData(block: $0.block, keySerialNumber: $0.keySerialNumber) },
                proof: attempt.proof.map { SecretBytes(copying: Array($0.utf8)) })
        } catch {
            return tell(.payment(.declined(reason: "Nothing was charged: \(error).")), cell)
        }
        wallet.isPaying = true
        log.info("payment asked for", metadata: ["attempt": "\(attempt.number)", "source": "\(attempt.source)"])
        ask(payments, PaymentSlot(order))
    }

    private func ask(_ payments: PaymentGateway, _ slot: PaymentSlot) {
        guard let loop = host?.loop else { return }
        Task {
            guard let order = slot.take() else { return }
            let result = await payments.authorise(order)
            loop.execute { self.answered(result) }
        }
    }

    private func answered(_ result: PaymentResult) {
        wallet.isPaying = false
        // A PIN is good for one payment: it goes along again only where the host has asked for something else besides.
        switch result {
        case .needsMore(.oneTimeCode, _), .needsMore(.identification, _): break
        case .needsMore(.pin, _), .approved, .declined: wallet.pin = nil
        }
        log.info("payment answered: \(result.word)")
        if case .approved(let reference, _) = result { wallet.reference = reference }
        if let waiting = wallet.waitingEnd {
            wallet.waitingEnd = nil
            return end(waiting.outcome, because: waiting.detail, interrupted: waiting.isInterrupted)
        }
        guard case .serving(let cell, _) = phase else { return }
        tell(.payment(result.answer), cell)
    }

    /// What is true of the money goes before what an application, or the end of one, makes of it.
    func truth(of outcome: Outcome) -> Outcome {
        if let reference = wallet.reference { return .approved(reference: reference) }
        guard case .approved = outcome else { return outcome }
        return .failed(reason: "the application claims a payment that was not made")
    }

    /// One for each attempt of each request of each terminal, however often it is asked for. By the terminal's name: its
    /// certificate may be a new one by then.
    static func identifier(_ terminal: String, _ request: [UInt8], _ attempt: UInt64) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array(terminal.utf8) + [0])
        hash.update(data: request)
        hash.update(data: [UInt8(truncatingIfNeeded: attempt)])
        return Array(hash.finalize().prefix(OrderLimits.identifierBytes))
    }

    /// What came of the payments of a session that this process knows nothing of; nil when it had none. An approval counts
    /// before anything else.
    static func outcome(
        of request: [UInt8], on terminal: String, _ payments: PaymentGateway
    ) async throws(GatewayError) -> Outcome? {
        var last: Outcome?
        for attempt in 1...WireLimits.attempts {
            // Applications count their attempts, and may leave one out.
            guard let result = try await payments.result(of: identifier(terminal, request, attempt)) else { continue }
            switch result {
            case .approved(let reference, _): return .approved(reference: reference)
            case .declined(let reason, _): last = .declined(reason: reason)
            // The next attempt would have brought it.
            case .needsMore: last = .declined(reason: "The session was lost. Nothing was charged.")
            }
        }
        return last
    }
}

/// An order on its way into a task, once.
private final class PaymentSlot: @unchecked Sendable {
    // Safe to send: filled before the task begins, and emptied by it alone.
    private var order: PaymentOrder?
    init(_ order: consuming PaymentOrder) { self.order = consume order }
    func take() -> PaymentOrder? { order.take() }
}

extension SessionWallet {
    fileprivate func account(_ source: PaymentAttempt.Source) throws(OrderError) -> PaymentAccount? {
        switch source {
        case .card:
            guard let card else { return nil }
            if let track2 = card.track2 { return try PaymentAccount(track2Equivalent: SecretBytes(copying: track2)) }
            return try PaymentAccount(digits: SecretBytes(copying: card.account), expiry: card.expiry.expiry)
        case .stored:
            guard let stored else { return nil }
            return try PaymentAccount(digits: SecretBytes(copying: stored.digits), expiry: stored.expiry?.expiry)
        }
    }
}

extension CardDate {
    fileprivate var expiry: Expiry? { Expiry(year: Int(year), month: Int(month)) }
}

extension PaymentResult {
    fileprivate var answer: PaymentAnswer {
        switch self {
        case .approved(let reference, let code): .approved(reference: reference, approval: code)
        case .declined(let reason, _): .declined(reason: reason)
        case .needsMore(.pin, _): .needsMore(.pin)
        case .needsMore(.oneTimeCode, _): .needsMore(.code)
        case .needsMore(.identification, _): .needsMore(.identifier)
        }
    }

    /// For logs.
    fileprivate var word: String {
        switch self {
        case .approved: "approved"
        case .declined(_, let code): "declined\(code.map { ", code \($0.rawValue)" } ?? "")"
        case .needsMore(let request, _): "needs \(request.rawValue)"
        }
    }
}
