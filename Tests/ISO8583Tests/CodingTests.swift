import FuzzKit
import ISO8583
import Testing

@Suite struct CodingTests {
    @Test func `messages of pyiso8583 are read, and written as it writes them`() throws {
        let messages = try GoldenMessage.all()
        #expect(messages.count == 202)
        for golden in messages {
            let read = try Message(decoding: golden.bytes)
            #expect(read.fields == golden.fields.map(\.number).sorted(), "\(golden)")
            var made = Message(read.type)
            for field in golden.fields {
                let put = try #require(value(field.number, field.characters))
                #expect(read[field.number] == put, "\(golden), field \(field.number)")
                try made.set(field.number, put)
            }
            #expect(made == read, "\(golden)")
            #expect(try made.encoded() == golden.bytes, "\(golden)")
        }
        // Every field of the table is in one of them.
        let seen = Set(messages.flatMap { $0.fields.map(\.number) })
        #expect(Specification.ascii1987.numbers.allSatisfy(seen.contains))
    }

    @Test func `hexadecimal in small letters is read as well`() throws {
        let message = try Message(decoding: Array("02000000000000001000fedcba9876543210".utf8))
        #expect(message[52] == [0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10])
        let second = try Message(decoding: Array("0200c00000000000000000000000000000010400001122334455667788".utf8))
        #expect(second.fields == [2, 128])
    }

    @Test func `every cut of a message is refused, and so is what follows one`() throws {
        for golden in try GoldenMessage.all().prefix(16) {
            for count in 0..<golden.bytes.count {
                let error = problem { () throws(MessageError) in
                    _ = try Message(decoding: Array(golden.bytes[..<count]))
                }
                switch error {
                case .badType?: #expect(count < 4)
                case .badBitmap?: #expect(count < 36)
                case .truncated?: #expect(count >= 20)
                default: Issue.record("\(count) bytes of \(golden): \(String(describing: error))")
                }
            }
            let longer = problem { () throws(MessageError) in _ = try Message(decoding: golden.bytes + [0x30]) }
            #expect(longer == .trailingBytes(1))
        }
    }

    @Test(arguments: [
        ("", MessageError.badType), ("02", .badType), ("0300", .badType), ("0220000000000000000000", .badType),
        ("éé00", .badType), ("0200", .badBitmap), ("0200g000000000000000", .badBitmap),
        ("020080000000000000008000000000000000", .badBitmap), ("0200800000000000000000", .badBitmap),
        ("02004000000000000000", .truncated(field: 2)), ("02004000000000000000x4", .badLength(field: 2)),
        ("0200400000000000000020" + "1234567890", .badLength(field: 2)),
        ("02004000000000000000161234", .truncated(field: 2)),
        ("0200400000000000000004123x", .badContent(field: 2)), ("0200400000000000000004123é", .badContent(field: 2)),
        ("0200200000000000000012345", .truncated(field: 3)),
        ("0200000000000000100000112233445566XY", .badContent(field: 52)),
        ("02000000000000000200" + "003123", .badLength(field: 55)),
        ("02000000000000000200" + "512", .badLength(field: 55)),
        ("0200000000000000000800A", .badLength(field: 61)),
        ("02000000001000000000X12345678", .badContent(field: 28)),
    ])
    func `what is wrong is named by its field`(text: String, expected: MessageError) {
        #expect(problem { () throws(MessageError) in _ = try Message(decoding: Array(text.utf8)) } == expected)
    }

    @Test func `a message beyond the limit is refused, to read and to write`() throws {
        let long = [UInt8](repeating: 0x30, count: MessageLimits.bytes + 1)
        #expect(
            problem { () throws(MessageError) in _ = try Message(decoding: long) } == .tooLong(bytes: 8193, limit: 8192)
        )
        var message = Message(.financialRequest)
        for field in [46, 47, 48, 56, 57, 58, 59, 60, 61] {
            try message.set(field, [UInt8](repeating: 0x41, count: 999))
        }
        #expect(problem { () throws(MessageError) in _ = try message.encoded() } == .tooLong(bytes: 9038, limit: 8192))
    }

    @Test func `a field outside the table is refused`() {
        let small = Specification([FieldSpecification(3, "processing code", .digits, .fixed(6))])
        let bytes = Array("02006000000000000000041234123456".utf8)
        #expect(
            problem { () throws(MessageError) in _ = try Message(decoding: bytes, specification: small) }
                == .unknownField(2))
        var message = Message(.financialRequest)
        for field in [-1, 0, 1, 65, 129] {
            #expect(problem { () throws(MessageError) in try message.set(field, []) } == .unknownField(field))
        }
        #expect(message.fields.isEmpty)
    }

    @Test func `neither descriptions nor mirrors nor errors show a value`() throws {
        var message = Message(.financialRequest)
        try message.put(.account, Array("4000001234567899".utf8))
        try message.put(.track2, Array("4000001234567899=3012".utf8))
        var dumped = ""
        dump(message, to: &dumped)
        for text in ["\(message)", String(reflecting: message), dumped, "\([message])", "\(Optional(message) as Any)"] {
            #expect(!text.contains("4000") && !text.contains("52, 48"), "\(text)")
        }
        #expect("\(message)" == "0200 with fields 2, 35")
        let error = problem { () throws(MessageError) in try message.put(.account, Array("4000x".utf8)) }
        #expect(error.map { "\($0)" } == "field 2 holds what it must not")
    }
}
