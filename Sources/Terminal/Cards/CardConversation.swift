internal import EMV
internal import Invoices
internal import LinuxBase
internal import Measurements
internal import PCSC

/// What the worker's thread owns: its context, the room for answers, and the read that is going on.
struct CardConversation: ~Copyable {
    private let worker: CardWorker
    private let times: CardTimes
    private var context: ServiceContext?
    private var response = ResponseBuffer()
    private var figures = CardFigures()
    private var readDeadline = MonotonicTime(nanoseconds: 0)

    /// How often a card that was reset in the middle is begun anew.
    private static let attempts = 3

    init(_ worker: CardWorker, _ times: CardTimes) {
        self.worker = worker
        self.times = times
    }

    /// Reads one card, and reports. The report is there before the card is let go.
    mutating func carryOut(_ job: CardWorker.Job) {
        figures = CardFigures()
        readDeadline = job.begun + times.read
        do throws(CardFailure) {
            var connection = try connect(job.reader)
            report(try converse(job, &connection), job)
            release(connection)
        } catch {
            response.wipe()
            figures.whole = Clock.now() - job.begun
            worker.finish(figures, .failure(error))
        }
    }

    private mutating func report(_ result: consuming CardResult, _ job: CardWorker.Job) {
        response.wipe()
        figures.whole = Clock.now() - job.begun
        worker.finish(figures, .success(result))
    }

    /// Leaves the card as it is: pcscd takes its power after a few seconds. A reset that fails because the card was just
    /// taken away makes pcscd 1.9.9 call the reader empty by itself, and a card that is laid down before its next look
    /// is then never seen.
    private func release(_ connection: consuming CardConnection) {
        worker.expect(within: times.call)
        do throws(PCSCError) { try connection.close(.leave) } catch {
            // It was taken away, or the service ended: the connection is over in any case.
        }
    }

    // MARK: The connection

    private mutating func connect(_ reader: String) throws(CardFailure) -> CardConnection {
        let patience = Clock.now() + times.patience
        // A context that was made before the service's last restart is of no use.
        var isFresh = context.isNone
        while true {
            do throws(PCSCError) {
                worker.expect(within: times.call)
                if context.isNone { context = try ServiceContext() }
                worker.expect(within: times.call)
                return try openCard(reader)
            } catch {
                if error.needsNewContext {
                    context = nil
                    if !isFresh {
                        isFresh = true
                        continue
                    }
                }
                guard Self.mayPass(error), Clock.now() < patience, !worker.isCancelled else { throw CardFailure(error) }
                Clock.sleep(.milliseconds(20))
            }
        }
    }

    /// Another program lets go; a card on its way through the field's edge gets its power.
    private static func mayPass(_ error: PCSCError) -> Bool {
        switch error {
        case .inUse, .cardMute: true
        default: false
        }
    }

    private borrowing func openCard(_ reader: String) throws(PCSCError) -> CardConnection {
        switch context {
        case .some(let context): return try context.connect(reader)
        case .none: preconditionFailure("a context was made just before")
        }
    }

    // MARK: The dialogue

    private mutating func converse(
        _ job: CardWorker.Job, _ connection: inout CardConnection
    ) throws(CardFailure) -> CardResult {
        for attempt in 1... {
            do throws(Interruption) {
                switch job.order {
                case .account(let profile, let transaction):
                    var reading = CardReading(profile: profile, transaction: transaction)
                    return try drive(&reading, &connection)
                case .tag:
                    var reading = TagReading()
                    return try drive(&reading, &connection)
                }
            } catch {
                switch error {
                case .failed(let failure): throw failure
                case .service(.cardReset) where attempt < Self.attempts: try reconnect(&connection)
                case .service(let error):
                    if error.needsNewContext { context = nil }
                    throw CardFailure(error)
                }
            }
        }
        preconditionFailure("the last attempt throws")
    }

    private enum Interruption: Error {
        case service(PCSCError)
        case failed(CardFailure)
    }

    private mutating func drive<D: CardDialogue & ~Copyable>(
        _ dialogue: inout D, _ connection: inout CardConnection
    ) throws(Interruption) -> CardResult {
        var step = dialogue.begin()
        while true {
            switch consume step {
            case .done(let result): return result
            case .failed(let failure): throw .failed(failure)
            case .transmit(let command):
                let begun = Clock.now()
                guard begun < readDeadline else { throw .failed(.slow) }
                // Not `removed`, whatever the reason: nobody hears this.
                guard !worker.isCancelled else { throw .failed(.disturbed) }
                worker.expect(within: times.transmit)
                do throws(PCSCError) { try connection.transmit(command, into: &response) } catch {
                    throw .service(error)
                }
                figures.commands += 1
                figures.transmitting += Clock.now() - begun
                step = response.withBytes { dialogue.proceed($0) }
            }
        }
    }

    private func reconnect(_ connection: inout CardConnection) throws(CardFailure) {
        worker.expect(within: times.call)
        do throws(PCSCError) { try connection.reconnect() } catch { throw CardFailure(error) }
    }
}

extension Optional where Wrapped: ~Copyable {
    /// `== nil` would have to copy.
    fileprivate var isNone: Bool {
        switch self {
        case .some: false
        case .none: true
        }
    }
}
