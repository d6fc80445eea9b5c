import FuzzKit
import Invoices
import Testing

@Suite struct NDEFTests {
    private func problem(_ bytes: [UInt8]) -> NDEFError? {
        do throws(NDEFError) {
            _ = try NDEFMessage(decoding: bytes)
            return nil
        } catch {
            return error
        }
    }

    private func name(of error: NDEFError?) -> String {
        switch error {
        case nil: "read"
        case .tooLong: "tooLong"
        case .truncated: "truncated"
        case .tooManyRecords: "tooManyRecords"
        case .badFrame: "badFrame"
        case .badRecord: "badRecord"
        case .badChunk: "badChunk"
        }
    }

    private func message(_ bytes: [UInt8]) throws -> NDEFMessage { try NDEFMessage(decoding: bytes) }

    private func made() throws -> [NDEFMessage] {
        try lines("made-messages.txt").map { line in
            try message(try #require(bytes(hexadecimal: line.split(separator: " ")[0])))
        }
    }

    /// A message of one short record.
    private func record(_ type: String, _ payload: [UInt8], kind: UInt8 = 1) -> [UInt8] {
        [0xD0 | kind, UInt8(type.utf8.count), UInt8(payload.count)] + Array(type.utf8) + payload
    }

    @Test(arguments: ["messages.txt", "made-messages.txt"])
    func `messages of ndeflib are read`(name: String) throws {
        let all = try lines(name)
        #expect(all.count >= 11)
        for line in all {
            let words = line.split(separator: " ")
            let read = try message(try #require(bytes(hexadecimal: words[0])))
            let found = read.records.map { record in
                ([String(record.kind.rawValue)]
                    + [record.type, record.identifier, record.payload].map { hexadecimal($0) })
                    .joined(separator: ":")
            }
            #expect(found == words.dropFirst().map(String.init), "\(line.prefix(200))")
        }
    }

    @Test func `what is no message is refused by name`() throws {
        for line in try lines("messages-refused.txt") {
            let words = line.split(separator: " ")
            let error = problem(try #require(bytes(hexadecimal: words[0])))
            #expect(name(of: error) == words[1], "\(line)")
        }
        #expect(problem([]) == .truncated)
        #expect(problem([0xD0, 0, 0, 0]) == .badFrame)
        #expect(problem([0xF0, 0, 0]) == .badChunk(1))
        #expect(problem([0xB0, 0, 0, 0x56, 0, 0]) == .badChunk(1))
        // A chunk with an identifier of its own, and a new record where a chunk is due.
        #expect(problem([0xB5, 0, 0, 0x5E, 0, 0, 0]) == .badRecord(2))
        #expect(problem([0xB5, 0, 0, 0x55, 0, 0]) == .badChunk(2))
    }

    @Test func `chunks are put together`() throws {
        let bytes: [UInt8] =
            [0xB1, 1, 2, 0x54, 0x02, 0x65] + [0x36, 0, 1, 0x6E] + [0x16, 0, 2, 0x48, 0x69] + record("U", [0])
        var whole = bytes
        whole[15] &= 0x7F
        let read = try message(whole)
        #expect(read.records.count == 2)
        #expect(try read.records[0].text() == "Hi")
        #expect(problem(bytes) == .badFrame)
    }

    @Test func `long lengths and many records end at the limit`() {
        #expect(problem([0xC1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x54]) == .truncated)
        #expect(problem([UInt8](repeating: 0, count: 0x8000)) == .tooLong(bytes: 0x8000, limit: 0x7FFF))
        let many: [UInt8] =
            [0x90, 0, 0] + Array(repeating: [0x10, 0, 0] as [UInt8], count: 64).flatMap { $0 } + [0x50, 0, 0]
        #expect(problem(many) == .tooManyRecords)
        let chunks: [UInt8] = [0xB5, 0, 0] + Array(repeating: [0x36, 0, 0] as [UInt8], count: 3000).flatMap { $0 }
        #expect(problem(chunks) == .tooManyRecords)
    }

    @Test func `texts and addresses are what ndeflib wrote`() throws {
        let all = try made()
        let bill = try code(named: "own: bill")
        #expect(try all[0].records[0].address() == "vitrine:wallet?amount=24.90&currency=EUR")
        #expect(try all[1].records[0].text() == bill && all[2].records[0].text() == bill)
        // URI RTD 1.0, table 3.
        #expect(try all[5].records[0].address() == "example.test/é")
        #expect(try all[5 + 4].records[0].address() == "https://example.test/é")
        #expect(try all[5 + 35].records[0].address() == "urn:nfc:example.test/é")
    }

    @Test func `texts that are none are refused`() throws {
        func text(_ payload: [UInt8]) throws -> String? { try message(record("T", payload)).records[0].text() }
        #expect(try text([0x02, 0x65, 0x6E, 0x48]) == "H" && text([0x00, 0x48]) == "H")
        #expect(try text([0x80, 0x00, 0x48]) == "H" && text([0x80, 0xFF, 0xFE, 0x48, 0x00]) == "H")
        for payload in [[], [0x42, 0x65, 0x6E], [0x05, 0x65], [0x00, 0xFF], [0x80, 0xD8, 0x00], [0x80, 0x48]]
            as [[UInt8]]
        {
            #expect(throws: CodeError.notText, "\(payload)") { try text(payload) }
        }
        #expect(throws: CodeError.notText) { try message(record("U", [0, 0xC3])).records[0].address() }
        #expect(try message(record("U", [200, 0x61])).records[0].address() == "a")
        #expect(try message(record("T", [], kind: 4)).records[0].text() == nil)
    }

    @Test func `a tag's content is its first launch address or merchant's code`() throws {
        let all = try made()
        #expect(try all[0].content() == .address("vitrine:wallet?amount=24.90&currency=EUR"))
        let bill = try MerchantCode.invoice(from: try code(named: "own: bill"))
        #expect(try all[1].content() == .code(bill) && all[2].content() == .code(bill))
        #expect(try all[3].content() == .address("vitrine:wallet"))
        #expect(try all[4].content() == .code(try MerchantCode.invoice(from: try code(named: "guidance: tip"))))
        #expect(throws: CodeError.noInvoice) { try all[5].content() }
        let loud = try message(record("U", [0] + Array("VITRINE:wallet".utf8)))
        #expect(try loud.content() == .address("VITRINE:wallet"))
        #expect(throws: CodeError.noInvoice) {
            try message(record("U", [0] + Array("vitrin\u{1A}wallet".utf8))).content()
        }
        #expect(throws: CodeError.missing(object: "63")) {
            try message(record("T", [0] + Array("000201".utf8))).content()
        }
    }
}
