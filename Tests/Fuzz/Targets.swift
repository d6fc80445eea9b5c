import Correspondence
import Decoder
import FuzzKit
import Launch
import Pictures
import Wire

/// The table of what is fuzzed: one row for each parser of foreign bytes.
enum Targets {
    static let all: [FuzzTarget] =
        FuzzTarget.wire + evidence + [
            rfbClient, rfbServer, launchRequest, launchAnswer, invoice, correspondence, signedTable, tableBundle,
            glyphs, logo, gate, gateStream, decoderMessage, kernelEvent, formatTable, flipEvents,
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

    static let launchAnswer = FuzzTarget(
        name: "launch-answer",
        corpus: [LaunchAnswer.notRemote, .refused("busy"), .started].map { $0.encoded() }
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
