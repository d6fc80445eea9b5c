import Cards
import Correspondence
import Decoder
import Entry
import Evidence
import Hold
import Keys
import Launch
import LinuxBase
import Logging
import Measurements
import Pictures
import Plane
import Seal
import Secrets
import SecureChannel
import Stream
import TLS
import TPM
import Tones
import Touch
import Wire

/// Everything the terminal is, in one place: the parts, what is on the screen, and the loop that turns what happens into
/// what is done. The rules are in the machines (link, session, entry); this wires them.
final class TrustedEnvironment {
    enum Failure: Error, CustomStringConvertible {
        case tpm
        var description: String { "the TPM does not answer any more" }
    }

    static let software = "vitrine-terminal 0.1"

    let options: Options
    let log: Logger
    let timeline: Timeline
    let tpm: TPMDevice
    let store: SealedStore
    let software: Software
    var records: StoredRecords
    /// The certificate as it is in the store, and what connections are made with.
    var certificate: [UInt8]
    var identity: TLSClientContext
    /// The store has a newer certificate than the connection was made with.
    var renewed = false
    var proof: PendingProof?
    /// A request for a certificate is on its way.
    var awaitsRenewal = false
    /// As the sealed store has it.
    var retiredBelow: UInt64
    /// Why this process cannot go on.
    var failure: Failure?
    /// Of the key file that the TPM has opened.
    let storeOffset: UInt64
    /// Lets the terminal back in without another attestation, once; never logged.
    var ticket: [UInt8]?
    var clock: TrustedClock
    var storedClock: Int64
    /// A table that came while an application was running.
    var waitingTable: [UInt8]?
    var artist: ScreenArtist
    let stopSignals: Descriptor

    /// Everything that the trusted environment draws. On a display it is what the primary plane shows.
    var plane: MemoryPlane
    var display: DisplayPlane?
    var watch: PlaneWatch?
    var keypad: KeypadSource
    var gate: LaunchGate
    var touch: TouchDesk
    /// The keys on the screen, where the board has no others.
    var keys: KeypadPanel?
    /// nil where the board has no sound.
    var tones: TonePlayer?
    /// nil where the board has no reader.
    var cards: CardReaders?
    var codes: CodeDesk?
    /// The camera has failed since codes were asked for.
    var isCameraMissing = false
    /// While a PIN is typed.
    var pin: PINEntry?
    /// Until then keys are dropped: digits of a PIN that was being typed.
    var pinDeafUntil: MonotonicTime?
    /// Whose PIN it is, for the strip: the last four digits.
    var pinAccount = ""
    /// The digits of the card that this session's application has got: its PIN belongs to it.
    var presentedAccount: SecretBytes?
    /// A card is being read.
    var isReadingCard = false
    /// When a card that was not read is tried again, and how often still.
    var cardRetry: (at: MonotonicTime?, left: Int) = (nil, 0)

    var server: ServerAddress
    var link: LinkMachine
    var driver: LinkDriver
    /// Why the link is down, for the screen; nil while it is up or has not failed yet.
    var linkFailure: LinkFailure?

    var launch: LaunchInProgress?
    /// When the record of a request whose outcome is known goes: a write takes as long as a launch may, so it waits until
    /// whoever pays has gone.
    var forgetDeadline: MonotonicTime?
    /// The outcome of an earlier life that has to be asked for.
    var recall: Recall?
    var session = SessionMachine()
    var entry = EntryMachine()
    var video: VideoPath
    var showing: Showing = .home
    /// How the stream's newest picture got to the screen: the next one that goes the same way needs its damage only.
    var lastWay: StreamWay?
    /// The display's path when the decoder was opened.
    var pathOfStream: FramePath?
    var isStopping = false
    var deafUntil = MonotonicTime(nanoseconds: 0)
    /// Decoders replaced and pictures refused since one was shown.
    var replacements = 0

    /// Opens everything in the order in which it may fail: TPM, store, identity, then what others can see.
    init(_ options: Options, log: Logger) throws(StartProblem) {
        let start = Clock.now()
        self.options = options
        self.log = log
        do throws(SystemCallError) {
            stopSignals = try Signals.descriptor(for: [.terminate, .interrupt, .user1])
            timeline = try Timeline(path: options.timeline)
        } catch { throw .system(error) }
        timeline.note("start", at: start)
        let device: TPMDevice
        do throws(TPMError) { device = try TPMDevice(tcti: options.tcti) } catch { throw .tpm(error) }
        tpm = device
        if device.isSoftware { log.warning("the TPM is software: for development only, it protects nothing") }
        do throws(Software.Problem) {
            software = try Software(release: options.release, log: options.measurements)
        } catch { throw .software(error) }
        if software.log.isEmpty {
            log.warning(
                "nothing was measured in this boot: only a server that does not enforce will let this terminal in")
        }
        let opened: SealedStore
        do throws(SealError) {
            opened = try SealedStore(opening: options.store, tpm: device, release: software.release)
        } catch { throw .store(error) }
        store = opened
        do throws(SealError) { storeOffset = try SealedStore.offset(of: options.store) } catch { throw .store(error) }
        do throws(StoredRecords.Problem) {
            records = try StoredRecords(from: opened, type: options.type)
        } catch { throw .records(error) }
        if records.type != options.type {
            log.warning("no letters of \(options.type) type in the store: enrol the terminal again to get them")
        }
        for problem in records.withoutLogo { log.error("logo not shown: \(problem)") }
        certificate = records.certificate
        identity = try Self.identity(certificate: records.certificate, roots: records.roots, device)
        storedClock = records.clock
        retiredBelow = records.retiredBelow
        clock = TrustedClock(bound: max(records.clock, Int64(clamping: software.release.time)), now: start)
        timeline.note("unsealed", at: Clock.now())

        do throws(PlaneError) {
            if case .display(let target) = options.screen { display = try DisplayPlane(target, now: start) }
            let size = options.size ?? display?.naturalSize() ?? PixelSize(width: 800, height: 480)
            artist = ScreenArtist(size: size, records: records, hasKeypad: options.touch.hasKeypad)
            guard !options.touch.hasKeypad || artist.keypad(.keys, .standard) != nil else {
                throw PlaneError.noRoomForKeys(size)
            }
            touch = TouchDesk(options.touch, screen: size)
            switch options.screen {
            case .memory(let file):
                plane = try MemoryPlane(size: size, file: file)
                watch = nil
            case .watched(let host, let port, let file):
                plane = try MemoryPlane(size: size, file: file)
                watch = try PlaneWatch(host: host, port: port, size: size)
            case .display:
                plane = try MemoryPlane(size: size)
                watch = nil
            }
        } catch { throw .screen(error) }
        video = VideoPath(executable: options.decoder)
        do throws(KeysError) { keypad = try KeypadSource(options.keypad) } catch { throw .keypad(error) }
        do throws(LaunchError) {
            gate = try LaunchGate(options.launchSocket, mode: options.launchMode, anyUser: true)
        } catch { throw .launchSocket(error) }
        do throws(SystemCallError) {
            tones = try Self.tones(options.counter, log)
        } catch { throw .system(error) }
        do throws(CardReaders.Failure) {
            if !options.counter.readers.isEmpty { cards = try CardReaders(rules: options.counter.readers) }
        } catch { throw .cards(error) }
        do throws(SystemCallError) { codes = try options.counter.camera.map(CodeDesk.init) } catch {
            throw .system(error)
        }
        recall = Self.recall(from: opened, log)
        server =
            recall.map { ServerAddress(host: $0.request.host, port: $0.request.port) }
            ?? records.table.rows.first?.server ?? records.server
        link = LinkMachine(now: start)
        driver = LinkDriver(context: identity, host: server.host, port: server.port)
    }

    func run() throws {
        if case .watched(let host, let port, _) = options.screen {
            log.warning("the screen and the keypad are open to whoever reaches \(host):\(port): for development only")
        }
        let table = records.table
        log.info(
            "ready",
            metadata: [
                "terminal": "\(records.terminal)", "release": "\(software.release.version)",
                "table": "\(table.version)", "applications": "\(table.rows.count)",
                "screen": "\(artist.layout.size)", "server": "\(server.host):\(server.port)",
            ])
        openKeys()
        layHome()
        display?.start(plane, stream: artist.layout.stream, now: Clock.now())
        takeDisplayEvents(Clock.now())
        showHome()
        video.prepareSpare(log)
        while !isStopping {
            try turn()
            // A TPM that cannot be talked to does not come back to this process: the service manager starts another.
            if let failure { throw failure }
        }
        if forgetDeadline != nil { forgetRequest() }
        shutDown()
    }

    /// One turn of the loop: wait, then do what is ready. What a person typed goes first.
    private func turn() throws {
        var watched = [
            (stopSignals.raw, Poll.Events.readable), driver.interest ?? (-1, []), (video.descriptor, .readable),
            (proof?.statement.descriptor ?? -1, .readable), (cards?.descriptor ?? -1, .readable),
            (codes?.descriptor ?? -1, .readable), (touch.descriptor, .readable),
        ]
        let keypadStart = watched.count
        watched += keypad.watched
        let gateStart = watched.count
        watched += gate.watched
        let watchStart = watched.count
        if let viewers = watch?.watched { watched += viewers }
        if let display { watched += display.watched }
        let ready = try Poll.wait(for: watched, timeout: timeUntilDeadline())
        let now = Clock.now()
        func isDue(_ range: Range<Int>, _ deadline: MonotonicTime?) -> Bool {
            ready[range].contains { !$0.isEmpty } || deadline.map { now >= $0 } == true
        }

        if !ready[0].isEmpty { takeSignals() }
        if isDue(keypadStart..<gateStart, keypad.deadline) { takeKeys(now) }
        if isDue(6..<7, touch.deadline) { takeTouch(now) }
        advanceLink(ready[1], now)
        if !ready[2].isEmpty { takeDecoderEvents() }
        if !ready[3].isEmpty { takeProof() }
        if isDue(4..<5, cards?.deadline) { takeCards(now) }
        if isDue(5..<6, codes?.deadline) { takeCodes(now) }
        takeDisplayEvents(Clock.now())
        if isDue(gateStart..<watchStart, gate.deadline) { try takeLaunches(now) }
        serveViewers(now)
        checkDeadlines(now)
    }

    private func timeUntilDeadline() -> Duration? {
        if driver.hasMore { return .zero }
        let deadlines =
            [link.deadline, keypad.deadline, gate.deadline, watch?.deadline, launch?.deadline, showing.deadline]
            + [
                video.deadline, display?.deadline, cards?.deadline, cardRetry.at, pin?.deadline, driver.slotDeadline,
                touch.deadline, recall?.deadline, forgetDeadline, codes?.deadline,
            ]
        guard let next = deadlines.compactMap({ $0 }).min() else { return nil }
        return max(.zero, next - Clock.now())
    }

    private func takeSignals() {
        for number in Signals.take(from: stopSignals) {
            switch number {
            case .user1: writePicture()
            default:
                log.info("stopping on signal \(number)")
                isStopping = true
            }
        }
    }

    private func shutDown() {
        perform(session.handle(.cancel(.shutdown)))
        perform(session.handle(.outcomeOverdue))
        _ = driver.advance([.readable, .writable])
        noteDisplay()
        timeline.note("stop", at: Clock.now())
    }
}
