import Correspondence
import Decoder
import FuzzKit
import Launch
import Pictures
import Wire

/// The table of what is fuzzed: one row for each parser of foreign bytes.
enum Targets {
    static let all: [FuzzTarget] =
        FuzzTarget.wire + evidence + cards + CounterTargets.all + CodeTargets.all
        + PaymentTargets.all + CatalogueTargets.all + [
            rfbClient, rfbServer, launchRequest, launchQuestion, launchAnswer, launchURI, busName, invoice,
            correspondence, signedTable, tableBundle,
            glyphs, logo, gate, gateStream, decoderMessage, kernelEvent, formatTable, flipEvents,
        ]

    private static let offered = [
        OfferedApplication(application: "records", title: "Records", icon: nil),
        OfferedApplication(
            application: "wallet", title: "Wallet",
            icon: LaunchIcon(width: 2, height: 2, pixels: [0xff00_0000, 1, 2, 0x80ff_ffff])),
    ]

    static let launchRequest = FuzzTarget(
        name: "launch-request",
        corpus: [
            LaunchRequest(application: "wallet", invoice: Samples.invoice).encoded(),
            LaunchRequest(application: "records").encoded(),
        ]
    ) { input in
        verdict {
            let request = try LaunchRequest(decoding: input)
            return try LaunchRequest(decoding: request.encoded()) == request
        }
    }

    static let launchQuestion = FuzzTarget(
        name: "launch-question",
        corpus: [
            LaunchQuestion.launch(LaunchRequest(application: "wallet", invoice: Samples.invoice)).encoded(),
            LaunchQuestion.list.encoded(),
        ]
    ) { input in
        verdict {
            let question = try LaunchQuestion(decoding: input)
            return try LaunchQuestion(decoding: question.encoded()) == question
        }
    }

    static let launchURI = FuzzTarget(
        name: "launch-uri",
        corpus: [
            "vitrine:wallet",
            "vitrine:wallet?amount=24.90&currency=EUR&merchant=Caf%C3%A9&account=FR76&identifier=2024-0117",
        ].map { Array($0.utf8) }
    ) { input in
        verdict {
            let request = try LaunchURI.parse(String(decoding: input, as: UTF8.self))
            return ApplicationName.isValid(request.application)
        }
    }

    static let busName = FuzzTarget(
        name: "bus-name", corpus: ["wallet", "a-b.c", "1"].map { Array(ApplicationName.bus($0).utf8) }
    ) { input in
        let name = String(decoding: input, as: UTF8.self)
        guard let application = ApplicationName.application(bus: name) else { return .refused }
        return ApplicationName.bus(application) == name ? .accepted : .broken("another name has the same application")
    }

    static let launchAnswer = FuzzTarget(
        name: "launch-answer",
        corpus: [LaunchAnswer.notRemote, .refused("busy"), .started, .applications(offered)].map { $0.encoded() }
            + Samples.outcomes.map { LaunchAnswer.outcome($0).encoded() }
    ) { input in
        verdict {
            let answer = try LaunchAnswer(decoding: input)
            return try LaunchAnswer(decoding: answer.encoded()) == answer
        }
    }

    static let invoice = FuzzTarget(
        name: "invoice",
        corpus: [
            Array("merchant = Café\naccount=FR76\nidentifier = 7\namount = 24.90\ncurrency = EUR\n".utf8),
            Array("# a comment\r\nmerchant=\"A \"\"B\"\naccount=1\n\nidentifier=x\namount=1\ncurrency=JPY".utf8),
        ]
    ) { input in
        // What a till may write, the wire must be able to carry.
        verdict {
            let invoice = try InvoiceFile.parse(input)
            return try Invoice(cbor: invoice.cbor) == invoice
        }
    }

    static let glyphs = FuzzTarget(
        name: "glyphs",
        corpus: [
            GlyphSheet(
                ascent: 10, descent: 3,
                glyphs: [
                    "a": GlyphSheet.Glyph(
                        size: PixelSize(width: 2, height: 2), left: -1, top: 2, advance: 128,
                        coverage: [0, 1, 128, 255]),
                    " ": GlyphSheet.Glyph(
                        size: PixelSize(width: 0, height: 0), left: 0, top: 0, advance: 64, coverage: []),
                ]
            ).encoded()
        ]
    ) { input in
        verdict {
            let sheet = try GlyphSheet(decoding: input)
            return try GlyphSheet(decoding: sheet.encoded()) == sheet
        }
    }

    static let logo = FuzzTarget(
        name: "logo", corpus: [Picture(size: PixelSize(width: 3, height: 2)).encodedLogo()]
    ) { input in
        verdict {
            let picture = try Picture(decodingLogo: input)
            return try Picture(decodingLogo: picture.encodedLogo()) == picture
        }
    }

    static let decoderMessage = FuzzTarget(
        name: "decoder-message",
        corpus: [
            .ready, .release(buffer: 3), .unit(sequence: 9, slot: 1, length: 4000),
            .frame(
                sequence: 9, buffer: 2, microseconds: 700, colour: ColourDescription(matrix: .bt709, range: .full)),
        ].map { (message: DecoderMessage) in message.encoded() }
    ) { input in
        guard let message = DecoderMessage(decoding: input[...]) else { return .refused }
        return DecoderMessage(decoding: message.encoded()[...]) == message ? .accepted : .broken("changed by encoding")
    }

    /// `body` throws to refuse, and returns whether what was read survives being written and read again.
    static func verdict(_ body: () throws -> Bool) -> FuzzTarget.Verdict {
        do {
            return try body() ? .accepted : .broken("accepted, but changed by encoding")
        } catch {
            return .refused
        }
    }
}
