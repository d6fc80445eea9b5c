internal import Kiosk
internal import LinuxBase
internal import Wire

/// The cell's Chromium, the page in it, and the control socket to the server.
struct WebHost: ~Copyable {
    /// Of the application's folder.
    static let site = "/app/www"
    private static let control: Int32 = 3
    /// As an invoice, and more.
    private static let packetBytes = 4096

    private let control: Descriptor
    private var chromium: Chromium
    private var browser: BrowserMachine
    private let files: SiteFiles
    private var attempts: UInt64 = 0

    /// `start`: address of the first page; all others are of the same site.
    init(start: String) throws {
        let bytes = try Files.read("/run/vitrine/request", limit: 1 << 20)
        guard let request = try? ApplicationRequest(decoding: bytes) else { throw KioskError.request }
        let parts = start.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 3, parts[0] == "https:", !parts[2].isEmpty else {
            throw KioskError.malformed("the address")
        }
        let script = try PageScript.text(for: request)
        let chromium = try Chromium(size: request.size)
        let control = Descriptor(owning: Self.control)
        try control.setNonBlocking()
        self.chromium = chromium
        self.control = control
        files = SiteFiles(folder: Self.site, origin: "https://\(parts[2])")
        browser = BrowserMachine(start: start, script: script)
    }

    /// Until the browser ends, or the server goes: the exit status.
    mutating func run() throws -> Int32 {
        try perform(browser.begin())
        while true {
            let ready = try Poll.wait(
                for: [
                    (chromium.descriptor, .readable), (control.raw, .readable), (chromium.ended, .readable),
                ], timeout: nil)
            if !ready[0].isEmpty {
                for message in try chromium.read() { try perform(browser.take(message)) }
            }
            if !ready[1].isEmpty, try !hear() { return 0 }
            if !ready[2].isEmpty {
                print("chromium: \(try chromium.status())")
                return 1
            }
        }
    }

    private mutating func perform(_ actions: [BrowserMachine.Action]) throws {
        for action in actions {
            switch action {
            case .send(let bytes): try chromium.write(bytes)
            case .serve(let request):
                let answer = files.answer(to: request.url)
                if case .refused(let reason) = answer { print("not loaded: \(request.shortURL): \(reason)") }
                try perform(browser.answer(request, answer))
            case .said(let text): try hear(text)
            case .failed(let error): throw error
            }
        }
    }

    /// What the page says. Payments are numbered here: the same number again would be the same payment.
    private mutating func hear(_ text: String) throws {
        let event = try PageMessage.event(text, attempt: min(attempts + 1, WireLimits.attempts))
        if case .authorise = event {
            attempts += 1
            guard attempts <= WireLimits.attempts else {
                let answer = PaymentAnswer.declined(reason: "Too many attempts. Nothing was charged.")
                return try perform(browser.tell(PageMessage.text(of: .payment(answer))))
            }
        }
        try control.writePacket(event.encoded())
    }

    /// Hands everything that the server has said to the page; false when the server has gone.
    private mutating func hear() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: Self.packetBytes)
        while true {
            switch try control.read(into: &buffer) {
            case .bytes(let count):
                let input = try ApplicationInput(decoding: Array(buffer[..<count]))
                try perform(browser.tell(try PageMessage.text(of: input)))
            case .wouldBlock: return true
            case .closed: return false
            }
        }
    }
}
