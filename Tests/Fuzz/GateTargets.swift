import Codec
import Encode
import FuzzKit
import Pictures

/// The gate before libavcodec: access units from a server that may be an attacker's.
extension Targets {
    private static let side = PixelSize(width: 64, height: 64)

    /// The two profiles that a terminal can agree to.
    private static let agreed = [66, 77].map {
        StreamTerms(size: side, profile: $0, level: 52, maximumBytes: 8192)
    }

    /// A keyframe as our own encoder makes it.
    private static let keyframe: [UInt8] = {
        let picture = Picture(size: side, fill: Colour(red: 10, green: 100, blue: 200))
        do {
            var encoder = try PictureEncoder(size: side)
            let coded = try unsafe picture.pixels.withUnsafeBytes { pixels -> EncodedPicture? in
                guard let base = pixels.baseAddress else { return nil }
                return try unsafe encoder.encode(
                    pixels: base, stride: side.width * 4, damage: side.bounds, forceKeyframe: true)
            }
            return coded?.bytes ?? []
        } catch {
            return []
        }
    }()

    static let gate = FuzzTarget(
        name: "stream-gate", corpus: [keyframe] + GateCorpus.all.map { $0[0] }, limit: 1024
    ) { input in
        var isAccepted = false
        for terms in agreed {
            var gate = StreamGate(terms: terms)
            var again = gate
            // Inside a larger array, as it comes out of a message.
            let inside = [0, 0, 1] + input + [0, 0, 1]
            let verdict = Result { () throws(GateError) in try gate.admit(input[...]) }
            let other = Result { () throws(GateError) in try again.admit(inside[3..<(3 + input.count)]) }
            guard verdict == other else { return .broken("what lies around a unit changes the verdict") }
            guard case .success(let admitted) = verdict else { continue }
            guard admitted.isKeyframe else { return .broken("a stream began without a keyframe") }
            isAccepted = true
        }
        return isAccepted ? .accepted : .refused
    }

    /// Access units behind two bytes of length each.
    private static func stream(_ units: [[UInt8]]) -> [UInt8] {
        units.flatMap { [UInt8($0.count >> 8), UInt8(truncatingIfNeeded: $0.count)] + $0 }
    }

    static let gateStream = FuzzTarget(
        name: "stream-gate-units", corpus: GateCorpus.all.map { stream($0) } + [stream([keyframe, keyframe])],
        limit: 2048
    ) { input in
        var isAccepted = false
        for terms in agreed {
            var gate = StreamGate(terms: terms)
            var isRunning = false
            var rest = input[...]
            var refused = 0
            while rest.count >= 2 {
                let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
                rest = rest.dropFirst(2)
                do throws(GateError) {
                    let admitted = try gate.admit(rest.prefix(length))
                    guard isRunning || admitted.isKeyframe else {
                        return .broken("a picture passed with no keyframe before it")
                    }
                    isRunning = true
                } catch {
                    isRunning = false
                    refused += 1
                }
                rest = rest.dropFirst(length)
            }
            isAccepted = isAccepted || isRunning && refused == 0
        }
        return isAccepted ? .accepted : .refused
    }
}
