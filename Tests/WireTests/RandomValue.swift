import FuzzKit
import Pictures
import Wire

/// Random values for round trips: every field over its whole range, ends included.
enum RandomValue {
    typealias Generator = SeededGenerator

    static func item(depth: Int, using random: inout Generator) -> CBOR {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return .unsigned(number(using: &random))
        case 1: return .negative(number(using: &random))
        case 2: return .bytes(bytes(Int.random(in: 0...40, using: &random), using: &random))
        case 3: return .text(text(0...40, using: &random))
        case 4:
            let value = UInt8.random(in: 0...255, using: &random)
            return .simple((24...31).contains(value) ? 23 : value)
        case 5: return .float(float(using: &random))
        case 6:
            let count = Int.random(in: 0...5, using: &random)
            return .array((0..<count).map { _ in item(depth: depth - 1, using: &random) })
        case 7:
            var map: [CBOR: CBOR] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                map[item(depth: depth - 1, using: &random)] = item(depth: depth - 1, using: &random)
            }
            return .map(map)
        default: return .tagged(number(using: &random), item(depth: depth - 1, using: &random))
        }
    }

    /// All magnitudes alike.
    static func number(using random: inout Generator) -> UInt64 {
        random.next() >> UInt64.random(in: 0...63, using: &random)
    }

    static func float(using random: inout Generator) -> Double {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: Double(Float16(bitPattern: UInt16.random(in: 0...UInt16.max, using: &random)))
        case 1: Double(Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random)))
        default: Double(bitPattern: random.next())
        }
    }

    static func bytes(_ count: Int, using random: inout Generator) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// Clean text of a length in UTF-8 bytes within `range`.
    static func text(_ range: ClosedRange<Int>, using random: inout Generator) -> String {
        let wanted = Int.random(in: range, using: &random)
        var result = String.UnicodeScalarView()
        var left = wanted
        while left > 0 {
            let scalar =
                ["a", "Z", " ", "/", "é", "\u{301}", "水", "𐅑"].randomElement(using: &random)! as Unicode.Scalar
            let kept = UTF8.width(scalar) <= left ? scalar : "x"
            result.append(kept)
            left -= UTF8.width(kept)
        }
        return String(result)
    }

    static func size(using random: inout Generator) -> PixelSize {
        PixelSize(
            width: Int.random(in: 1...WireLimits.pictureSide, using: &random),
            height: Int.random(in: 1...WireLimits.pictureSide, using: &random))
    }

    static func rectangle(using random: inout Generator) -> Rectangle {
        let x = Int.random(in: 0...WireLimits.pictureSide, using: &random)
        let y = Int.random(in: 0...WireLimits.pictureSide, using: &random)
        return Rectangle(
            x: x, y: y, width: Int.random(in: 0...(WireLimits.pictureSide - x), using: &random),
            height: Int.random(in: 0...(WireLimits.pictureSide - y), using: &random))
    }

    static func invoice(using random: inout Generator) -> Invoice? {
        guard Bool.random(using: &random) else { return nil }
        return Invoice(
            merchant: text(1...WireLimits.textBytes, using: &random),
            account: text(0...WireLimits.identifierBytes, using: &random),
            identifier: text(0...WireLimits.identifierBytes, using: &random),
            amount: UInt64.random(in: 0...WireLimits.amount, using: &random), currency: "EUR")
    }

    static func input(using random: inout Generator) -> Input {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return Samples.inputs.randomElement(using: &random) ?? .pinProgress(0)
        case 1:
            return .pointer(
                Pointer(
                    x: UInt64.random(in: 0...4095, using: &random), y: UInt64.random(in: 0...4095, using: &random),
                    phase: .moved))
        default: return .key(key(using: &random))
        }
    }

    static func key(using random: inout Generator) -> Key {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return .digit(UInt8.random(in: 0...9, using: &random))
        case 1: return .function(UInt8.random(in: 1...8, using: &random))
        case 2: return [.ok, .cancel, .clear, .up, .down, .left, .right].randomElement(using: &random) ?? .ok
        default:
            let scalar = Unicode.Scalar(UInt32.random(in: 0xa0...0x10ffff, using: &random))
            return .character(scalar ?? "~")
        }
    }

    static func outcome(using random: inout Generator) -> Outcome {
        let words = text(0...WireLimits.textBytes, using: &random)
        let all: [Outcome] = [
            .approved(reference: words), .declined(reason: words), .needsMore(request: words), .ended, .cancelled,
            .failed(reason: words),
        ]
        return all.randomElement(using: &random) ?? .ended
    }

    static func stored(using random: inout Generator) -> [String: String] {
        var stored: [String: String] = [:]
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            stored[text(1...64, using: &random)] = text(0...WireLimits.storedBytes, using: &random)
        }
        return stored
    }

    static func secret(using random: inout Generator) -> [UInt8]? {
        Bool.random(using: &random) ? bytes(32, using: &random) : nil
    }

    static func attestation(using random: inout Generator) -> Attestation {
        Attestation(
            statement: bytes(Int.random(in: 1...WireLimits.statementBytes, using: &random), using: &random),
            signature: bytes(64, using: &random),
            log: bytes(Int.random(in: 1...WireLimits.eventLogBytes, using: &random), using: &random),
            activation: secret(using: &random))
    }

    static func terminalMessage(using random: inout Generator) -> TerminalMessage {
        switch Int.random(in: 0..<9, using: &random) {
        case 0:
            let count = Int.random(in: 1...WireLimits.versionCount, using: &random)
            return .hello(
                Hello(
                    versions: (0..<count).map { _ in number(using: &random) },
                    software: text(0...WireLimits.textBytes, using: &random), table: number(using: &random),
                    ticket: secret(using: &random)))
        case 1:
            return .executionRequest(
                ExecutionRequest(
                    request: bytes(16, using: &random), application: text(1...64, using: &random),
                    user: text(1...64, using: &random),
                    target: RenderTarget(
                        size: size(using: &random), refreshMillihertz: UInt64.random(in: 1...1_000_000, using: &random),
                        level: UInt64.random(in: 9...62, using: &random),
                        temporalLayers: UInt64.random(in: 1...4, using: &random)),
                    invoice: invoice(using: &random), stored: stored(using: &random)))
        case 2:
            return .command(
                Command(sequence: UInt64.random(in: 1 ... .max, using: &random), input: input(using: &random)))
        case 3:
            return .feedback(FrameFeedback(shown: number(using: &random), microseconds: number(using: &random)))
        case 5: return .attestation(attestation(using: &random))
        case 6:
            return .renewal(bytes(Int.random(in: 1...WireLimits.certificateBytes, using: &random), using: &random))
        case 7: return .tableInstalled(number(using: &random))
        case 4: return .resume(Resume(session: number(using: &random), token: bytes(16, using: &random)))
        default:
            return [
                .keyframeRequest, .outcomeReceived, .heartbeat, .cancel(.user), .cancel(.limit), .cancel(.shutdown),
            ]
            .randomElement(using: &random) ?? .heartbeat
        }
    }

    static func serverMessage(using random: inout Generator) -> ServerMessage {
        switch Int.random(in: 0..<11, using: &random) {
        case 0:
            return .welcome(
                Welcome(
                    version: number(using: &random), software: text(0...WireLimits.textBytes, using: &random),
                    time: number(using: &random), ticket: secret(using: &random)))
        case 8:
            let registers = (0...23).filter { _ in Bool.random(using: &random) } + [23]
            return .challenge(
                Challenge(nonce: bytes(32, using: &random), registers: Set(registers).sorted().map { UInt64($0) }))
        case 9: return .table(bytes(Int.random(in: 1...9000, using: &random), using: &random)[...])
        case 10:
            return .certificate(bytes(Int.random(in: 1...WireLimits.certificateBytes, using: &random), using: &random))
        case 1:
            let code = Refusal.Code(rawValue: UInt64.random(in: 1...10, using: &random)) ?? .internalFailure
            return .refused(Refusal(code: code, reason: text(0...WireLimits.textBytes, using: &random)))
        case 2:
            return .accepted(
                Accepted(
                    session: number(using: &random), token: bytes(16, using: &random),
                    picture: PictureParameters(
                        size: size(using: &random), profile: UInt64.random(in: 0...255, using: &random),
                        level: UInt64.random(in: 9...62, using: &random),
                        temporalLayers: UInt64.random(in: 1...4, using: &random))))
        case 3:
            return .accessUnit(
                AccessUnit(
                    sequence: UInt64.random(in: 1 ... .max, using: &random), isKeyframe: Bool.random(using: &random),
                    layer: UInt64.random(in: 0...3, using: &random), damage: rectangle(using: &random),
                    answered: number(using: &random), serverMicroseconds: number(using: &random),
                    payload: bytes(Int.random(in: 1...3000, using: &random), using: &random)[...]))
        case 4: return .entryMode(Bool.random(using: &random) ? .keys : .none)
        case 5: return .outcome(outcome(using: &random))
        case 6:
            return .resumed(
                Resumed(session: number(using: &random), received: number(using: &random), entryMode: .keys))
        default: return .heartbeat
        }
    }

    static func applicationRequest(using random: inout Generator) -> ApplicationRequest {
        var data: [String: String] = [:]
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            data[text(1...64, using: &random)] = text(0...WireLimits.dataBytes, using: &random)
        }
        return ApplicationRequest(
            application: text(1...64, using: &random), user: text(1...64, using: &random),
            terminal: text(1...64, using: &random), size: size(using: &random), invoice: invoice(using: &random),
            data: data, stored: stored(using: &random))
    }
}
