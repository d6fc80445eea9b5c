import ISO8583
import Testing

@Suite struct FramingTests {
    @Test(arguments: [1, 2, 3, 7, 1000])
    func `messages come out whole however their bytes arrive`(step: Int) throws {
        let messages = try GoldenMessage.all().prefix(20).map(\.bytes) + [[]]
        let stream = try messages.flatMap { message in try MessageFraming.frame(message) }
        var splitter = MessageSplitter()
        var found: [[UInt8]] = []
        for start in Swift.stride(from: 0, to: stream.count, by: step) {
            splitter.append(stream[start..<min(start + step, stream.count)])
            while let message = try splitter.next() { found.append(message) }
        }
        #expect(found == messages)
    }

    @Test func `a length beyond the limit ends the stream`() throws {
        var splitter = MessageSplitter()
        splitter.append([0x20])
        #expect(try splitter.next() == nil)
        splitter.append([0x01])
        #expect(problem { () throws(MessageError) in _ = try splitter.next() } == .tooLong(bytes: 8193, limit: 8192))
        let long = [UInt8](repeating: 0x30, count: 8193)
        #expect(
            problem { () throws(MessageError) in _ = try MessageFraming.frame(long) }
                == .tooLong(bytes: 8193, limit: 8192))
    }
}
