import CHostileActs
import Cage
import Codec
import Decoder
import Glibc
import LinuxBase
import Pictures

/// A decoder's life as in vitrine-decoder, but for what it does with access units.
enum HostileService {
    enum Walls {
        case full, landlock, none
    }

    static func live(_ walls: Walls) throws -> Never {
        let codec = try H264Codec()
        guard var seat = try DecoderSeat.take(Descriptor(owning: DecoderSeat.socketNumber)) else {
            exitNow(DecoderExit.notConfigured.rawValue)
        }
        switch walls {
        case .full:
            do throws(CageError) {
                try Cage.close(keeping: DecoderSeat.socketNumber, room: seat.terms.roomBytes)
            } catch {
                // Before the seat is given up: the terminal would not wait for the reason.
                withExtendedLifetime(seat) { () -> Void in exitNow(DecoderExit.notConfined.rawValue) }
                preconditionFailure("exitNow does not come back")
            }
        case .landlock:
            try Process.forbidNewPrivileges()
            guard try Landlock.denyEverything() > 0 else { exitNow(DecoderExit.notConfined.rawValue) }
        case .none: break
        }
        try seat.answer(.ready)
        let end = try serve(&seat)
        withExtendedLifetime(codec) {}
        exitNow(end.rawValue)
    }

    private static func serve(_ seat: inout DecoderSeat) throws(SystemCallError) -> DecoderExit {
        var bytes: [UInt8] = []
        while case .unit(let unit)? = try seat.next() {
            seat.copy(unit, into: &bytes)
            let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 1).map(String.init)
            let code = unsafe CHostileActs_perform(words.first ?? "", words.count > 1 ? words[1] : "")
            if code < 0 {
                try seat.answer(.refused(sequence: unit.sequence, reason: .malformed))
            } else {
                try seat.answer(
                    .frame(
                        sequence: unit.sequence, buffer: 0, microseconds: UInt32(code), colour: .unspecified))
            }
        }
        return .done
    }
}
