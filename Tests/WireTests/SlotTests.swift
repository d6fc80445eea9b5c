import FuzzKit
import Testing
import Wire

@Suite struct SlotTests {
    /// Frames of all the sizes there may be, through slots of one size.
    @Test(arguments: [10, 64, 100, 1024])
    func `slots are all of one size, and every message comes out of them in order`(size: Int) throws {
        var slots = SlotQueue(slotBytes: size)
        var splitter = FrameSplitter(limit: WireLimits.serverFrameBytes)
        var sent: [ServerMessage] = []
        var received: [ServerMessage] = []
        var random = SeededGenerator(seed: UInt64(size))
        for round in 0..<400 {
            if round % 3 == 0 {
                let message = RandomValue.serverMessage(using: &random)
                guard message != .padding else { continue }
                sent.append(message)
                slots.append(message.framed())
            }
            let slot = slots.next()
            #expect(slot.count == size)
            splitter.append(slot[...])
            while let item = try splitter.next() { received.append(try ServerMessage(decoding: item)) }
        }
        splitter.append(slots.drain()[...])
        #expect(slots.count == 0)
        while let item = try splitter.next() { received.append(try ServerMessage(decoding: item)) }
        #expect(received.filter { $0 != .padding } == sent)
        #expect(received.contains(.padding))
    }

    @Test func `padding has the length that is asked for, or a few bytes more`() throws {
        for bytes in 0...2000 {
            let frame = Padding.frame(bytes: bytes)
            #expect(frame.count >= bytes && frame.count <= max(bytes, Padding.leastBytes) + 2)
            #expect(try TerminalMessage(decoding: Array(frame.dropFirst(4))) == .padding)
            #expect(try ServerMessage(decoding: Array(frame.dropFirst(4))) == .padding)
        }
    }

    @Test func `what is said takes the same slots, whatever it is`() {
        // A digit, a cleared PIN and silence: nothing but bytes that are encrypted differs.
        for message in [TerminalMessage.command(Command(sequence: 9, input: .pinProgress(4))), .heartbeat] {
            var slots = SlotQueue(slotBytes: WireLimits.terminalSlotBytes)
            slots.append(message.framed())
            #expect(slots.next().count == WireLimits.terminalSlotBytes)
            #expect(slots.count < Padding.leastBytes, "the next slot is silent again")
        }
    }
}
