import ISO8583
import Testing

@Suite struct FieldTests {
    private func purchase() throws -> Message {
        let golden = try #require(try GoldenMessage.all().first)
        return try Message(decoding: golden.bytes)
    }

    @Test func `the fields of a payment are what they say`() throws {
        let message = try purchase()
        #expect(message.type == .financialRequest)
        #expect(message[.account] == Array("4000001234567899".utf8))
        #expect(message[.processingCode] == "000000")
        #expect(message[.amount] == 2490)
        #expect(message[.transmitted] == MonthToSecond(month: 11, day: 23, hour: 8, minute: 30, second: 0))
        #expect(message[.traceNumber] == 42)
        #expect(message.local == MonthToSecond(month: 11, day: 23, hour: 9, minute: 30, second: 0))
        #expect(message[.expiry] == Expiry(year: 30, month: 12))
        #expect(message[.entryMode] == "071" && message[.conditionCode] == "00" && message[.acquirer] == "12345678901")
        #expect(message[.track2] == Array("4000001234567899=30122010000000000000".utf8))
        #expect(message[.retrievalReference] == "632709000042")
        #expect(message[.terminal] == "TERM0001" && message[.merchant] == "MERCHANT-000001")
        #expect(message[.merchantName] == "Cafe Lumiere             Lyon         FR")
        #expect(message[.currency] == "978" && message[.securityControl] == "2001010100000000")
        #expect(message[.additionalData] == "VITRINE")
        let pin = try #require(message[.pinData])
        #expect(pin.block.first == 0 && pin.block.last == 0xFF && pin.keySerialNumber.last == 1)
        #expect(message[.responseCode] == nil && message[.original] == nil && message[.pinBlock] == nil)
    }

    @Test func `a payment put together field by field is the one that pyiso8583 made`() throws {
        let golden = try #require(try GoldenMessage.all().first)
        var message = Message(.financialRequest)
        try message.put(.account, Array("4000001234567899".utf8))
        try message.put(.processingCode, "000000")
        try message.put(.amount, 2490)
        try message.put(.transmitted, try #require(MonthToSecond(month: 11, day: 23, hour: 8, minute: 30, second: 0)))
        try message.put(.traceNumber, 42)
        try message.putLocal(try #require(MonthToSecond(month: 11, day: 23, hour: 9, minute: 30, second: 0)))
        try message.put(.expiry, try #require(Expiry(year: 30, month: 12)))
        try message.put(.entryMode, "071")
        try message.put(.conditionCode, "00")
        try message.put(.acquirer, "12345678901")
        try message.put(.track2, Array("4000001234567899=30122010000000000000".utf8))
        try message.put(.retrievalReference, "632709000042")
        try message.put(.terminal, "TERM0001")
        try message.put(.merchant, "MERCHANT-000001")
        try message.put(.merchantName, "Cafe Lumiere             Lyon         FR")
        try message.put(.currency, "978")
        try message.put(.securityControl, "2001010100000000")
        try message.put(.additionalData, "VITRINE")
        let block: [UInt8] = (0..<16).map { $0 * 0x11 }
        let serial: [UInt8] = [0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0, 0, 0, 1]
        try message.put(.pinData, try #require(PINData(block: block, keySerialNumber: serial)))
        #expect(try message.encoded() == golden.bytes)
    }

    @Test func `short texts are filled with blanks and read without`() throws {
        var message = Message(.authorisationRequest)
        try message.put(.terminal, "T1")
        #expect(message[41] == Array("T1      ".utf8) && message[.terminal] == "T1")
        #expect(problem { () throws(MessageError) in try message.put(.terminal, "TERM00001") } == .badLength(field: 41))
        #expect(problem { () throws(MessageError) in try message.put(.merchantName, "Café") } == .badContent(field: 43))
    }

    @Test func `a reversal says which transaction it undoes`() throws {
        let request = try purchase()
        var reversal = Message(.reversalAdvice)
        let transmitted = try request.require(.transmitted)
        let original = OriginalData(
            type: request.type, traceNumber: try request.require(.traceNumber), transmitted: transmitted,
            acquirer: try request.require(.acquirer))
        try reversal.put(.original, original)
        #expect(reversal[90] == Array("020000004211230830001234567890100000000000".utf8))
        let read = try Message(decoding: try reversal.encoded())
        #expect(read[.original] == original)
        // Not of this world: another type, a thirteenth month.
        for text in ["0300000042112308300012345678901", "0200000042132308300012345678901"] {
            try reversal.set(90, Array((text + String(repeating: "0", count: 42 - text.count)).utf8))
            #expect(reversal[.original] == nil)
            #expect(
                problem { () throws(MessageError) in _ = try reversal.require(.original) } == .badContent(field: 90))
        }
    }

    @Test func `an answer has its request's numbers`() throws {
        let request = try purchase()
        var answer = try #require(request.answer())
        try answer.put(.responseCode, .approved)
        try answer.put(.approvalCode, "A1B2C3")
        #expect(answer.type == .financialResponse)
        #expect(answer.fields == [2, 3, 4, 7, 11, 12, 13, 32, 37, 38, 39, 41, 42, 49])
        #expect(answer[.traceNumber] == request[.traceNumber] && answer[.responseCode] == .approved)
        #expect(answer.answer() == nil)
    }

    @Test func `types answer and repeat as the standard has them`() {
        #expect(MessageType.financialRequest.response == .financialResponse)
        #expect(MessageType.financialRepeat.response == .financialResponse)
        #expect(MessageType.reversalAdvice.repeated == .reversalAdviceRepeat)
        #expect(MessageType.reversalAdviceRepeat.isRepeat && !MessageType.reversalAdvice.isRepeat)
        for type in MessageType.allCases {
            #expect((type.response == nil) == type.rawValue.hasSuffix("10") || type == .reversalAdviceResponse)
            #expect((type.response == nil) == (type.repeated == nil))
        }
    }

    @Test func `values out of their range are refused and do not read`() throws {
        var message = Message(.networkRequest)
        #expect(problem { () throws(MessageError) in try message.put(.traceNumber, 0) } == .badContent(field: 11))
        #expect(
            problem { () throws(MessageError) in try message.put(.traceNumber, 1_000_000) } == .badContent(field: 11))
        #expect(
            problem { () throws(MessageError) in try message.put(.amount, 1_000_000_000_000) } == .badContent(field: 4))
        try message.set(7, Array("1332250000".utf8))
        try message.set(14, Array("9913".utf8))
        #expect(message[.transmitted] == nil && message[.expiry] == nil)
        #expect(problem { () throws(MessageError) in _ = try message.require(.transmitted) } == .badContent(field: 7))
        #expect(problem { () throws(MessageError) in _ = try message.require(.amount) } == .missing(field: 4))
        #expect(PINData(block: [], keySerialNumber: []) == nil)
        try message.set(110, [1, 2, 3])
        #expect(message[.pinData] == nil)
    }
}
