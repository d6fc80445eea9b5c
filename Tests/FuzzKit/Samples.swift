internal import Pictures
public import Wire

/// One of everything that Wire carries: corpus for fuzzing, and what the golden bytes stand for.
public enum Samples {
    public static let invoice = Invoice(
        merchant: "Café de la Gare", account: "FR7630006000011234567890189", identifier: "2026-0042", amount: 2490,
        currency: "EUR")
    public static let target = RenderTarget(
        size: PixelSize(width: 800, height: 448), refreshMillihertz: 60_000, level: 31, temporalLayers: 1)
    public static let token = [UInt8](0xa0...0xaf)
    public static let request = [UInt8](0x10...0x1f)
    public static let secret = [UInt8](0x40...0x5f)

    public static let terminal: [TerminalMessage] =
        [
            .hello(Hello(versions: [1], software: "vitrine-terminal 0.1")),
            .executionRequest(
                ExecutionRequest(request: request, application: "wallet", user: "ada", target: target, invoice: invoice)
            ),
            .executionRequest(
                ExecutionRequest(request: request, application: "records", user: "ada", target: target, invoice: nil)),
            .feedback(FrameFeedback(shown: 70_000, microseconds: 850)),
            .keyframeRequest,
            .resume(Resume(session: 0x1_0000_0000, token: token)),
            .cancel(.user), .cancel(.limit), .cancel(.shutdown),
            .outcomeReceived,
            .hello(Hello(versions: [1], software: "vitrine-terminal 0.1", table: 7, ticket: secret)),
            .executionRequest(
                ExecutionRequest(
                    request: request, application: "wallet", user: "ada", target: target, invoice: nil,
                    stored: ["account": "FR76 3000", "identity": "Ada\nLovelace"])),
            .attestation(
                Attestation(statement: request, signature: secret + secret, log: [0xa0], activation: secret)),
            .attestation(Attestation(statement: request, signature: secret + secret, log: [0xa0])),
            .renewal(request), .tableInstalled(8),
            .heartbeat,
            .resume(Resume(session: 5, token: token, request: request)), .padding,
        ] + inputs.enumerated().map { .command(Command(sequence: UInt64($0.offset) + 1, input: $0.element)) }
        + keys.enumerated().map { .command(Command(sequence: UInt64($0.offset) + 1, key: $0.element)) }

    public static let card = PresentedCard(
        account: Array("4111111111111111".utf8),
        track2: [0x41, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0xd2, 0x91, 0x22, 0x01],
        expiry: CardDate(year: 29, month: 12) ?? invalidDate, sequenceNumber: 1, label: "VISA TEST",
        application: [0xa0, 0, 0, 0, 3, 0x10, 0x10])
    private static var invalidDate: CardDate { preconditionFailure("a sample's month is one of twelve") }

    public static let inputs: [Input] = [
        .card(card),
        .card(
            PresentedCard(
                account: Array("40001234".utf8), track2: nil, expiry: card.expiry, sequenceNumber: nil, label: "",
                application: [1, 2, 3, 4, 5])),
        .trouble("The card was taken away"),
        .pin(EncryptedPIN(block: request, keySerialNumber: Array(token.prefix(12)))),
        .pinProgress(4), .pinTrouble(.cancelled), .pinTrouble(.noAccount),
        .code(ScannedInvoice(invoice: invoice, tip: nil)), .code(ScannedInvoice(invoice: invoice, tip: .prompt)),
        .code(ScannedInvoice(invoice: invoice, tip: .fixed(150))),
        .code(ScannedInvoice(invoice: invoice, tip: .percent(725))),
        .pointer(Pointer(x: 799, y: 0, phase: .down)), .pointer(Pointer(x: 4095, y: 4095, phase: .up)),
    ]

    public static let keys: [Key] = [
        .digit(0), .digit(9), .ok, .cancel, .clear, .up, .down, .left, .right, .function(1), .function(8),
        .character(" "), .character("~"), .character("\u{a0}"), .character("é"), .character("\u{10ffff}"),
    ]

    public static let server: [ServerMessage] =
        [
            .welcome(Welcome(version: 1, software: "vitrine-server 0.1")),
            .refused(Refusal(code: .notPermitted, reason: "no right for wallet")),
            .accepted(
                Accepted(
                    session: 0x1_0000_0000, token: token,
                    picture: PictureParameters(
                        size: PixelSize(width: 800, height: 448), profile: 66, level: 31, temporalLayers: 1))),
            .accessUnit(
                AccessUnit(
                    sequence: 1, isKeyframe: true, layer: 0, damage: Rectangle(x: 0, y: 0, width: 800, height: 448),
                    answered: 0, serverMicroseconds: 1200, payload: [UInt8](0...255)[...])),
            .accessUnit(
                AccessUnit(
                    sequence: 1_000_000, isKeyframe: false, layer: 3, damage: .empty, answered: 23,
                    serverMicroseconds: 24, payload: [0, 0, 0, 1, 0x41])),
            .entryMode(.none), .entryMode(.keys),
            .resumed(Resumed(session: 0x1_0000_0000, received: 4, entryMode: .keys)),
            .welcome(Welcome(version: 1, software: "vitrine-server 0.1", time: 1_800_000_000, ticket: secret)),
            .refused(Refusal(code: .notAttested, reason: "measurements differ")),
            .challenge(Challenge(nonce: secret, registers: [11, 14])), .table(request[...]), .certificate(request),
            .heartbeat,
            .entryMode(.all), .entryMode([.pin, .card]), .padding,
        ] + outcomes.map { .outcome($0) }

    public static let outcomes: [Outcome] = [
        .approved(reference: "A-1024"), .declined(reason: "not enough money"), .needsMore(request: "an account"),
        .ended, .cancelled, .failed(reason: ""),
    ]

    public static let applicationRequest = ApplicationRequest(
        application: "wallet", user: "ada", terminal: "till-1", size: PixelSize(width: 800, height: 448),
        invoice: invoice, data: ["balance": "10000", "code_salt": "5f2a", "notes": "one\ntwo"])

    public static let applicationRequestWithStored = ApplicationRequest(
        application: "wallet", user: "ada", terminal: "till-1", size: PixelSize(width: 800, height: 448),
        invoice: nil, data: [:], stored: ["account": "FR76 3000"])

    public static let account = AccountView(masked: "411111…1111", label: "VISA TEST", expiry: card.expiry)

    public static let applicationRequestWithAccount = ApplicationRequest(
        application: "wallet", user: "ada", terminal: "till-1", size: PixelSize(width: 800, height: 448),
        invoice: nil, data: [:], account: account)

    public static let applicationRequests = [
        applicationRequest, applicationRequestWithStored, applicationRequestWithAccount,
    ]

    public static let applicationInputs: [ApplicationInput] = [
        .card(account), .card(AccountView(masked: "…1111", label: "", expiry: nil)), .trouble("Hold it still"),
        .pinProgress(12), .pinEntered, .pinTrouble(.timeout), .code(ScannedInvoice(invoice: invoice, tip: .fixed(5))),
        .payment(.approved(reference: "000000000042", approval: "A1B2C3")),
        .payment(.declined(reason: "not enough money")), .payment(.needsMore(.code)),
    ]

    public static let events: [ApplicationEvent] =
        [
            .entryMode(.keys), .entryMode(.none), .entryMode([.card, .code]),
            .authorise(PaymentAttempt(number: 1, invoice: invoice, source: .card)),
            .authorise(PaymentAttempt(number: 8, invoice: invoice, source: .stored, proof: "123456")),
        ] + outcomes.map { .outcome($0) }

    /// Items that no message uses.
    public static let items: [CBOR] = [
        .negative(.max), .float(1.5), .float(1.1), .float(100_000), .float(-0.0), .float(.infinity), .float(.nan),
        .simple(22), .simple(255), .tagged(1, .unsigned(1_363_896_240)),
        .array([.array([.map([.text(""): .bytes([])])])]),
        .map([.unsigned(1): .text("a"), .negative(0): .text("b"), .bytes([1]): .bool(true), .text("é"): .float(0.5)]),
    ]
}
