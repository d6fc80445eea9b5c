internal import Secrets

/// One command and its answer, in as many steps as the card makes of it (EMV Book 1 §9.3.1; ISO/IEC 7816-4 §5.1.3):
///
///     send ──▶ waiting ──61 xx──▶ kept, GET RESPONSE ──▶ waiting
///                 │ ──6C xx──▶ the same command again with Le = xx, once ──▶ waiting
///                 └──any other status──▶ answered
///
/// Counts commands and bytes of the whole reading, so that no card keeps a terminal busy.
struct Exchange: ~Copyable, Sendable {
    /// Commands sent so far: the number of the newest.
    private(set) var sent = 0
    private var received = 0
    private var command = CommandAPDU(bytes: [])
    private var isCorrected = false
    /// What came before 61 xx: it may be half a record, and so half an account number.
    private var parts: SecretBytes?

    init() {}

    enum Step: ~Copyable {
        case send(CommandAPDU)
        /// The answer's data is so many bytes at the front of what the card just sent.
        case answered(status: UInt16, count: Int)
        /// The answer came in parts, and here it is whole.
        case assembled(status: UInt16, SecretBytes)
    }

    /// A new command.
    mutating func send(_ command: CommandAPDU) throws(CardFault) -> CommandAPDU {
        parts = nil
        isCorrected = false
        return try transmit(command)
    }

    /// Lets go of what came of an answer that will not be whole.
    mutating func forget() { parts = nil }

    private mutating func transmit(_ command: CommandAPDU) throws(CardFault) -> CommandAPDU {
        guard sent < CardLimits.commands else { throw .overLimit }
        sent += 1
        self.command = command
        return command
    }

    /// Takes data and status word.
    mutating func take(_ response: RawSpan) throws(CardFault) -> Step {
        guard response.byteCount >= 2 else { throw .malformed(at: sent) }
        guard response.byteCount <= CardLimits.responseBytes else { throw .overLimit }
        let count = response.byteCount - 2
        let (first, second) = (response.byte(count), response.byte(count + 1))
        received += count
        guard received <= CardLimits.bytes else { throw .overLimit }
        switch first {
        case 0x61:
            keep(response, 0..<count)
            isCorrected = false
            return .send(try transmit(.continuation(second)))
        case 0x6C:
            // A card that corrects the length that it asked for itself would go on with that.
            guard !isCorrected, count == 0 else { throw .malformed(at: sent) }
            isCorrected = true
            return .send(try transmit(command.expecting(second)))
        default:
            let status = UInt16(first) << 8 | UInt16(second)
            guard parts != nil else { return .answered(status: status, count: count) }
            keep(response, 0..<count)
            return try assembled(status)
        }
    }

    /// The parts and `range`, in a secret of the new length.
    private mutating func keep(_ bytes: RawSpan, _ range: Range<Int>) {
        var before: SecretBytes?
        swap(&before, &parts)
        guard let before else {
            parts = SecretBytes(bytes, range)
            return
        }
        var longer = SecretBytes(count: before.count + range.count)
        for index in 0..<before.count { longer.setOctet(index, before.octet(index)) }
        longer.write(bytes, range, at: before.count)
        parts = consume longer
    }

    private mutating func assembled(_ status: UInt16) throws(CardFault) -> Step {
        var whole: SecretBytes?
        swap(&whole, &parts)
        guard let whole else { throw .malformed(at: sent) }
        return .assembled(status: status, whole)
    }
}
