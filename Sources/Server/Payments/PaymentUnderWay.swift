internal import ISO8583
internal import Logging
internal import NIOCore
internal import NIOPosix

/// An order, shared between the threads that need it. Its secrets are wiped with the last of them.
final class PaymentSlip: Sendable {
    let order: PaymentOrder
    init(_ order: consuming PaymentOrder) { self.order = order }
}

/// A payment whose machine has not ended. Touched on the desk's event loop only.
final class PaymentUnderWay: @unchecked Sendable {
    let record: PaymentRecord
    var machine: PaymentMachine
    /// Until the result is told.
    var slip: PaymentSlip?
    var waiters: [PaymentDesk.Waiter] = []
    var deadline: Scheduled<Void>?
    var told: Verdict?

    init(_ record: PaymentRecord, _ machine: PaymentMachine, slip: PaymentSlip?) {
        self.record = record
        self.machine = machine
        self.slip = slip
    }

    /// Nothing of the card.
    func metadata(_ more: Logger.Metadata = [:]) -> Logger.Metadata {
        more.merging(["reference": "\(record.reference)", "terminal": "\(record.facts.terminal)"]) { $1 }
    }
}

extension PaymentRecord {
    var key: PaymentDesk.Key { PaymentDesk.Key(traceNumber: traceNumber, transmitted: transmitted) }
}

extension Verdict {
    /// For the log.
    var word: String {
        switch self {
        case .approved: "approved"
        case .declined(let code): "declined by the bank: \(code.rawValue)"
        case .needsMore(let request, let code): "needs more: \(code.rawValue), \(request.rawValue)"
        case .ended(let reason): "declined: \(reason.rawValue)"
        }
    }
}

extension PaymentDesk {
    /// The journal's answers arrive here in the order of its changes: what one says of a payment is as new as what is
    /// known here, or older by a change that is still on its way to `payments`. Anything between the two would break
    /// that.
    func recall(
        _ identifier: [UInt8], _ waiter: @escaping @Sendable (Result<PaymentResult?, GatewayError>) -> Void
    ) {
        let found = pool.runIfActive(eventLoop: loop) { [journal] in try journal.find(identifier) }
        found.whenComplete { [self] result in
            switch result {
            case .success(let record?):
                wait(for: record) { waiter(.success($0)) }
            case .success(nil): waiter(.success(nil))
            case .failure(let error):
                // What cannot be read is not known: that nothing was paid, for example.
                log.error("the journal cannot be read", metadata: ["error": "\(error)"])
                waiter(.failure(.journal("\(error)")))
            }
        }
    }

    func hear(_ event: HostLink.Event) {
        switch event {
        case .up:
            for payment in payments.values.sorted(by: { $0.record.number < $1.record.number }) {
                handle(.connected, payment)
            }
        case .down: break
        case .received(let message): hear(message)
        }
    }

    private func hear(_ message: Message) {
        guard let traceNumber = message[.traceNumber], let transmitted = message[.transmitted],
            let payment = payments[Key(traceNumber: traceNumber, transmitted: transmitted)]
        else {
            // Its payment is over: an answer to a repeat, or one that a reversal has overtaken.
            log.debug("an answer to no payment", metadata: ["type": "\(message.type.rawValue)"])
            return
        }
        if PaymentMessages.isAcknowledgement(message) {
            handle(.acknowledged, payment)
        } else if let verdict = PaymentMessages.verdict(message, for: payment.record) {
            handle(.answered(verdict), payment)
        } else {
            log.warning(
                "an answer that fits no request", metadata: payment.metadata(["type": "\(message.type.rawValue)"]))
        }
    }
}
