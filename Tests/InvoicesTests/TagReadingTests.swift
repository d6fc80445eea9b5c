import FuzzKit
import Invoices
import Testing

@Suite struct TagReadingTests {
    private func take(_ reading: inout TagReading, _ response: [UInt8]) -> TagStep {
        unsafe reading.take(response.span.bytes)
    }

    private func read(_ tag: inout TestTag) -> TagStep {
        var reading = TagReading()
        var step = reading.start()
        while case .transmit(let command) = step { step = take(&reading, tag.answer(command)) }
        return step
    }

    private func read(_ tag: TestTag) -> TagStep {
        var tag = tag
        return read(&tag)
    }

    @Test func `a tag is asked what the specification says`() {
        // The tag of nfcpy's tests/test_tag_tt4.py: its container and its message, nfcpy.org. (nfcpy reads the
        // container in two pieces, we in one; the commands are the specification's.)
        let message = bytes(hexadecimal: "d1010a55036e666370792e6f7267") ?? []
        var tag = TestTag(message: message)
        tag.files[0xE103] = bytes(hexadecimal: "000f20003b00340406e10400400000")
        #expect(read(&tag) == .done(message))
        #expect(
            tag.commands.map { hexadecimal($0) } == [
                "00a4040007d276000085010100", "00a4000c02e103", "00b000000f", "00a4000c02e104", "00b0000002",
                "00b000020e",
            ])
    }

    @Test(arguments: [1, 14, 58, 59, 60, 255, 256, 1000, 0x7FFD])
    func `messages of any length come in pieces of what the tag allows`(count: Int) {
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        for (maximum, most) in [(0x000F, 256), (0x003B, 256), (0x00FF, 256), (0x7FFF, 256), (0xFFFF, 100)] {
            var tag = TestTag(message: message, maximum: UInt16(maximum))
            tag.most = most
            #expect(read(&tag) == .done(message), "MLe \(maximum)")
            #expect(tag.commands.dropFirst(5).allSatisfy { Int($0[4]) <= min(maximum, 255) })
        }
    }

    @Test func `a tag that wants another length is asked again, once`() {
        var tag = TestTag(message: [UInt8](repeating: 7, count: 100))
        tag.files[0xE103]?.append(0)
        var reading = TagReading()
        var step = reading.start()
        var sent: [[UInt8]] = []
        while case .transmit(let command) = step {
            sent.append(command)
            if command[1] == 0xB0, command[4] == 0x3B, sent.count == 6 { tag.corrects = true }
            step = take(&reading, tag.answer(command))
        }
        #expect(step == .done([UInt8](repeating: 7, count: 100)))
        #expect(sent[6] == [0x00, 0xB0, 0x00, 0x02, 0x3A])
        // For ever is not once.
        reading = TagReading()
        _ = reading.start()
        _ = take(&reading, [0x90, 0x00])
        #expect(take(&reading, [0x90, 0x00]) == .transmit([0x00, 0xB0, 0x00, 0x00, 0x0F]))
        #expect(take(&reading, [0x6C, 0x0E]) == .transmit([0x00, 0xB0, 0x00, 0x00, 0x0E]))
        #expect(take(&reading, [0x6C, 0x0D]) == .failed(.refused(status: 0x6C0D)))
    }

    @Test func `an extended file of mapping version 3 is read`() {
        let message: [UInt8] = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        var tag = TestTag(message: message, version: 0x30)
        #expect(read(&tag) == .done(message))
        tag.files[0xE103] = [0, 0x11, 0x30, 0, 0xF0, 0, 0x34, 6, 8, 0xE1, 4, 0, 1, 0, 0, 0, 0]
        tag.files[0xE104] = [0, 0, 0x01, 0x2C] + message
        #expect(read(&tag) == .done(message))
        tag.files[0xE104] = [0, 1, 0, 0] + message
        #expect(read(tag) == .failed(.malformed))
        tag.files[0xE104] = [0, 0, 0x7F, 0xFC] + message
        #expect(read(tag) == .failed(.overLimit))
        tag.files[0xE103]?[15] = 0x80
        #expect(read(tag) == .failed(.locked))
    }

    @Test func `what is wrong with a tag is said`() {
        let good = TestTag(message: [1, 2, 3])
        func read(_ change: (inout TestTag) -> Void) -> TagStep {
            var tag = good
            change(&tag)
            return self.read(tag)
        }
        func container(_ index: Int, _ value: UInt8) -> TagStep { read { $0.files[0xE103]?[index] = value } }
        #expect(read { $0.application = [0xA0] } == .failed(.notTag))
        #expect(read { $0.files[0xE103] = nil } == .failed(.refused(status: 0x6A82)))
        #expect(read { $0.files[0xE104] = nil } == .failed(.refused(status: 0x6A82)))
        #expect(read { $0.files[0xE104] = [] } == .failed(.refused(status: 0x6B00)))
        #expect(read { $0.files[0xE104] = [0, 0, 9] } == .failed(.empty))
        #expect(read { $0.files[0xE104] = [0, 4, 9] } == .failed(.malformed))
        #expect(read { $0.files[0xE104] = [0, 3, 9] } == .failed(.refused(status: 0x6B00)))
        #expect(read { $0.files[0xE103] = [0, 15] } == .failed(.malformed))
        #expect(container(1, 14) == .failed(.malformed) && container(2, 0x10) == .failed(.unknownVersion(0x10)))
        #expect(container(2, 0x40) == .failed(.unknownVersion(0x40)) && container(4, 0x0E) == .failed(.malformed))
        #expect(container(7, 0x05) == .failed(.malformed) && container(8, 0x07) == .failed(.malformed))
        #expect(container(7, 0x06) == .failed(.malformed))
        #expect(container(10, 0x03) == .failed(.malformed) && container(12, 0x02) == .failed(.malformed))
        #expect(container(13, 0x80) == .failed(.locked))
    }

    @Test func `answers that no command asked for are refused`() {
        var reading = TagReading()
        #expect(take(&reading, [0x90, 0x00]) == .failed(.outOfTurn))
        #expect(reading.start() == .failed(.outOfTurn))
        reading = TagReading()
        _ = reading.start()
        #expect(take(&reading, []) == .failed(.malformed))
        #expect(take(&reading, [0x90, 0x00]) == .failed(.outOfTurn))
        reading = TagReading()
        _ = reading.start()
        _ = take(&reading, [0x61, 0x20])
        _ = take(&reading, [0x90, 0x00])
        #expect(take(&reading, [UInt8](repeating: 0, count: 65536) + [0x90, 0x00]) == .failed(.malformed))
    }

    @Test func `a tag that gives a byte at a time is left before long`() {
        var tag = TestTag(message: [UInt8](repeating: 1, count: 0x7FFD))
        tag.most = 15
        #expect(read(&tag) == .done([UInt8](repeating: 1, count: 0x7FFD)))
        tag.most = 256
        var reading = TagReading()
        var step = reading.start()
        var count = 0
        while case .transmit(let command) = step {
            count += 1
            let answer = tag.answer(command)
            step = take(&reading, command[1] == 0xB0 && count > 5 ? [answer[0], 0x90, 0x00] : answer)
        }
        #expect(step == .failed(.overLimit) && count == InvoiceLimits.commands)
    }
}
