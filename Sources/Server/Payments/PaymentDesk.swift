internal import Database
internal import ISO8583
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Secrets

/// Drives the machines of all payments: sends, asks the journal's thread, keeps their timers, and tells.
final class PaymentDesk: @unchecked Sendable {
    // Safe to send: touched on its event loop only.

    /// Hears the result, once.
    typealias Waiter = @Sendable (PaymentResult) -> Void

    /// A payment is known again by what its answers echo.
    struct Key: Hashable {
        let traceNumber: UInt64
        let transmitted: MonthToSecond
    }

    let journal: PaymentJournal
    let messages: PaymentMessages
    let limits: GatewayLimits
    let pool: NIOThreadPool
    let loop: any EventLoop
    let log: Logger
    var link: HostLink?
    var payments: [Key: PaymentUnderWay] = [:]
    /// Orders whose intent is on its way to the disk.
    private var entering = 0
    private(set) var isStopping = false

    init(
        journal: PaymentJournal, messages: PaymentMessages, limits: GatewayLimits, pool: NIOThreadPool,
        on loop: any EventLoop, log: Logger
    ) {
        self.journal = journal
        self.messages = messages
        self.limits = limits
        self.pool = pool
        self.loop = loop
        self.log = log
    }

    var backOff: BackOff { BackOff(first: limits.reversal.lowerBound, longest: limits.reversal.upperBound) }

    var status: GatewayStatus {
        let untold = payments.values.count { $0.machine.isUntold }
        return GatewayStatus(
            isConnected: link?.isUp ?? false, underWay: untold + entering, reversing: payments.count - untold)
    }

    /// What a start has found open.
    func resume(_ records: [PaymentRecord]) {
        for record in records {
            let payment = PaymentUnderWay(record, PaymentMachine(reversing: backOff), slip: nil)
            payment.told = .ended(.unanswered)
            add(payment)
            perform(.wake(after: .zero), payment)
        }
        if !records.isEmpty {
            log.warning("payments left open: taking them back", metadata: ["count": "\(records.count)"])
        }
    }

    func authorise(_ slip: PaymentSlip, _ waiter: @escaping Waiter) {
        guard !isStopping else { return waiter(Verdict.ended(.closing).result(reference: "")) }
        let isBusy = status.underWay >= limits.underWay
        entering += 1
        let entry = pool.runIfActive(eventLoop: loop) { [journal] in
            try journal.enter(
                slip.order.identifier, slip.order.facts, as: isBusy ? .settled(.ended(.busy)) : .intended)
        }
        entry.whenComplete { [self] result in
            entering -= 1
            switch result {
            case .success(let entry): entered(entry.record, isNew: entry.isNew, slip, waiter)
            case .failure(let error):
                log.error("an order could not be journalled", metadata: ["error": "\(error)"])
                waiter(Verdict.ended(.journal).result(reference: ""))
            }
        }
    }

    private func entered(_ record: PaymentRecord, isNew: Bool, _ slip: PaymentSlip, _ waiter: @escaping Waiter) {
        guard record.facts == slip.order.facts else {
            return waiter(Verdict.ended(.different).result(reference: ""))
        }
        guard isNew, record.verdict == nil else { return wait(for: record, waiter) }
        let payment = PaymentUnderWay(record, PaymentMachine(backOff: backOff), slip: slip)
        payment.waiters = [waiter]
        add(payment)
        payment.deadline = loop.scheduleTask(in: TimeAmount(limits.answer)) { [self] in handle(.deadline, payment) }
        if isStopping {
            handle(.deadline, payment)
        } else if link?.isUp == true {
            handle(.connected, payment)
        }
    }

    /// A payment that was asked for before.
    func wait(for record: PaymentRecord, _ waiter: @escaping Waiter) {
        let known = payments[record.key]
        if let verdict = known?.told ?? record.verdict {
            return waiter(verdict.result(reference: record.reference))
        }
        if let known {
            known.waiters.append(waiter)
            return
        }
        // An intent that the disk has kept although it said that it did not: nothing was sent.
        let payment = PaymentUnderWay(record, PaymentMachine(abandoned: backOff), slip: nil)
        payment.waiters = [waiter]
        add(payment)
        perform(.commit(.reversing), payment)
    }

    private func add(_ payment: PaymentUnderWay) { payments[payment.record.key] = payment }

    func handle(_ event: PaymentMachine.Event, _ payment: PaymentUnderWay) {
        for action in payment.machine.handle(event) { perform(action, payment) }
    }

    private func perform(_ action: PaymentMachine.Action, _ payment: PaymentUnderWay) {
        switch action {
        case .sendRequest(let isRepeat): sendRequest(payment, isRepeat: isRepeat)
        case .sendReversal(let isRepeat):
            send(payment) { (messages, payment) throws(MessageError) in
                try messages.reversal(of: payment.record, isRepeat: isRepeat)
            }
        case .commit(let entry): commit(entry, payment)
        case .tell(let verdict): tell(verdict, payment)
        case .wake(let delay):
            // Whatever is left to be taken back, the next start finds.
            guard !isStopping else { break }
            loop.scheduleTask(in: TimeAmount(delay)) { [self] in
                handle(.reversalDue(isConnected: link?.isUp ?? false), payment)
            }
        case .forget: payments[payment.record.key] = nil
        }
    }

    private func sendRequest(_ payment: PaymentUnderWay, isRepeat: Bool) {
        guard let slip = payment.slip else { return }
        send(payment) { (messages, payment) throws(MessageError) in
            try messages.request(slip.order, payment.record, isRepeat: isRepeat)
        }
    }

    private func send(
        _ payment: PaymentUnderWay, _ make: (PaymentMessages, PaymentUnderWay) throws(MessageError) -> [UInt8]
    ) {
        do throws(MessageError) {
            link?.send(try make(messages, payment))
        } catch {
            // Never sent, and taken back all the same at its deadline.
            log.error("a payment does not fit its message", metadata: payment.metadata(["error": "\(error)"]))
        }
    }

    private func commit(_ entry: PaymentMachine.Entry, _ payment: PaymentUnderWay) {
        let number = payment.record.number
        let condition: PaymentRecord.Condition =
            switch entry {
            case .settled(let verdict): .settled(verdict)
            case .reversing: .reversing
            case .reversed: .reversed
            }
        let done = pool.runIfActive(eventLoop: loop) { [journal] in try journal.change(number, to: condition) }
        done.whenComplete { [self] result in
            if case .failure(let error) = result {
                log.error("a payment could not be journalled", metadata: payment.metadata(["error": "\(error)"]))
                return handle(.commitFailed, payment)
            }
            if entry == .reversed { log.notice("payment taken back", metadata: payment.metadata()) }
            handle(.committed, payment)
        }
    }

    private func tell(_ verdict: Verdict, _ payment: PaymentUnderWay) {
        payment.told = verdict
        payment.deadline?.cancel()
        payment.slip = nil
        log.notice("payment \(verdict.word)", metadata: payment.metadata())
        let result = verdict.result(reference: payment.record.reference)
        for waiter in payment.waiters { waiter(result) }
        payment.waiters = []
    }

    /// Payments under way are given up: none is left untold for longer than the disk takes.
    func stop() {
        isStopping = true
        for payment in payments.values { handle(.deadline, payment) }
        link?.stop()
    }
}
