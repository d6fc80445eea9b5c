import Cards
import Codes
import EMV
import Entry
import Invoices
import LinuxBase
import Logging
import Measurements
import Secrets
import Stream
import Tones
import Wire

/// The counter: what the application asks for besides keys is opened for as long as it asks.
extension TrustedEnvironment {
    private static let cardRetries = 3
    /// Longer than a card service takes to see that a card has gone.
    private static let cardPause: Duration = .milliseconds(700)

    func openCounter(for mode: EntryMode) {
        let now = Clock.now()
        setPaced(mode.contains(.pin), now)
        if mode.contains(.pin) {
            if pin == nil { beginPIN(now) }
        } else {
            stopPIN(now)
        }
        openKeys()
        openReaders(for: mode, now)
        isCameraMissing = false
        if mode.contains(.code) { startCodes(now) } else { codes?.stop() }
    }

    func closeCounter() {
        openCounter(for: .none)
        presentedAccount = nil
    }

    static func tones(_ devices: CounterDevices, _ log: Logger) throws(SystemCallError) -> TonePlayer? {
        guard let device = devices.sound else { return nil }
        return try TonePlayer(device: device, level: devices.soundLevel) { report in
            switch report {
            case .playing: log.info("\(report)")
            case .silent: log.warning("\(report)")
            }
        }
    }

    // MARK: Cards and tags

    private func openReaders(for mode: EntryMode, _ now: MonotonicTime) {
        isReadingCard = false
        cardRetry = (nil, Self.cardRetries)
        guard cards != nil else {
            guard mode.contains(.card) else { return }
            return log.warning("the application asks for a card, and the board has no reader")
        }
        guard mode.contains(.card) else {
            // A reader does one thing at a time: where a card may come, tags have to wait.
            if mode.contains(.code) { cards?.arm(.tag, now: now) } else { cards?.disarm() }
            return
        }
        guard let order = cardOrder() else {
            log.error("no randomness: cards are not read")
            return
        }
        cards?.arm(order, now: now)
    }

    /// A card that was moved, or exchanged faster than its reader looks, still lies there and nobody says so: it is tried
    /// again, a few times.
    func retryCard(_ now: MonotonicTime) {
        cardRetry.at = nil
        guard entry.mode.contains(.card), let order = cardOrder() else { return }
        cards?.arm(order, now: now)
    }

    /// What a card may ask of us: the invoice, the date, four random bytes.
    private func cardOrder() -> CardOrder? {
        let invoice = launch?.invoice
        let date = Clock.utcDate()
        guard let random = try? Random.bytes(4),
            let transaction = CardTransaction(
                amount: invoice?.amount ?? 0,
                currency: UInt16(invoice.flatMap { CurrencyNumber.number($0.currency) } ?? 0),
                year: UInt8(clamping: date.year % 100), month: UInt8(clamping: date.month),
                day: UInt8(clamping: date.day), unpredictable: random)
        else { return nil }
        let profile = TerminalProfile(country: options.counter.country, merchant: invoice?.merchant ?? "")
        return .account(profile, transaction)
    }

    func takeCards(_ now: MonotonicTime) {
        for event in cards?.read(now: now) ?? [] {
            log.info("cards: \(event)")
            switch event {
            case .reading:
                isReadingCard = true
                cardRetry.at = nil
            case .finished:
                isReadingCard = false
                tones?.play(.cardRead)
                takeCardResult(now)
            case .fault(let failure):
                isReadingCard = false
                if cardRetry.left > 0 { cardRetry = (now + Self.cardPause, cardRetry.left - 1) }
                tones?.play(.attention)
                tell(.trouble("\(failure)"), now)
            case .readerPresent, .readerGone, .serviceGone, .serviceBack, .cardPresent, .cardRemoved: continue
            }
            drawStrip()
        }
    }

    private func takeCardResult(_ now: MonotonicTime) {
        guard let result = cards?.takeResult() else { return }
        switch consume result {
        case .account(let card): present(card, now)
        case .message(let bytes): present(tag: bytes, now)
        }
    }

    private func present(_ card: borrowing CardData, _ now: MonotonicTime) {
        guard entry.mode.contains(.card),
            let expiry = CardDate(year: UInt64(card.expiry.year), month: UInt64(card.expiry.month))
        else { return }
        var digits = card.pan.copied()
        defer { wipe(&digits) }
        presentedAccount = SecretBytes(copying: digits)
        var track: [UInt8]?
        switch card.track2 {
        case .some(let bytes): track = bytes.copied()
        case .none: track = nil
        }
        let label = String(card.label.unicodeScalars.filter { (0x20...0x7E).contains($0.value) }.map(Character.init))
        tell(
            .card(
                PresentedCard(
                    account: digits, track2: track, expiry: expiry,
                    sequenceNumber: card.sequenceNumber.map { UInt64($0) }, label: label, application: card.aid)),
            now)
    }

    private func present(tag bytes: [UInt8], _ now: MonotonicTime) {
        do {
            present(try NDEFMessage(decoding: bytes).content(), now)
        } catch {
            tell(.trouble("This tag is no invoice: \(error)"), now)
        }
    }

    // MARK: Codes

    private func startCodes(_ now: MonotonicTime) {
        do throws(CodeDesk.Failure) { try codes?.start(now: now) } catch { codesFailed(error, now) }
    }

    /// Said once for each time that codes are asked for; the camera may be plugged in again.
    private func codesFailed(_ error: CodeDesk.Failure, _ now: MonotonicTime) {
        guard !isCameraMissing else { return }
        isCameraMissing = true
        log.error("camera: \(error)")
        tell(.trouble("The camera does not answer."), now)
    }

    func takeCodes(_ now: MonotonicTime) {
        if let due = codes?.deadline, now >= due { startCodes(now) }
        for event in codes?.take(now: now) ?? [] {
            switch event {
            case .report(.found(let content)): present(content, now)
            case .report(.refused(let error)): tell(.trouble("This code is no invoice: \(error)"), now)
            case .ended(let error?): codesFailed(error, now)
            case .ended(nil): break
            }
        }
    }

    private func present(_ content: InvoiceContent, _ now: MonotonicTime) {
        switch content {
        case .code(let coded): tell(.code(ScannedInvoice(coded)), now)
        case .address: tell(.trouble("This code starts an application. It is no invoice."), now)
        }
    }

    /// To the application, if it still asks for such things.
    func tell(_ input: Input, _ now: MonotonicTime) {
        switch session.state {
        case .running, .detached: break
        case .idle, .requested, .ending: return
        }
        switch entry.submit(input, at: now) {
        case .send(let command): submit(command, now, as: "input")
        case .refused(let refusal): log.warning("\(input) refused: \(refusal)")
        case .leave: break
        }
    }
}

extension ScannedInvoice {
    fileprivate init(_ coded: CodedInvoice) {
        let tip: Tip? =
            switch coded.tip {
            case nil: nil
            case .prompt: .prompt
            case .fixed(let amount): .fixed(amount)
            case .percent(let hundredths): .percent(hundredths)
            }
        self.init(
            invoice: Invoice(
                merchant: coded.merchant, account: coded.account, identifier: coded.identifier,
                amount: coded.amount ?? 0, currency: coded.currency), tip: tip)
    }
}
