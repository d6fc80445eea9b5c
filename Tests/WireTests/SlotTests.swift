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
        func takeSlot() throws {
            let slot = slots.next()
            #expect(slot.count == size)
            splitter.append(slot[...])
            while let item = try splitter.next() { received.append(try ServerMessage(decoding: item)) }
        }
        for round in 0..<400 {
            let message = RandomValue.serverMessage(using: &random)
            if round % 3 == 0, message != .padding {
                sent.append(message)
                slots.append(message.framed())
            }
            try takeSlot()
        }
        while slots.count > Padding.leastBytes { try takeSlot() }
        for _ in 0..<3 { try takeSlot() }
        splitter.append(slots.drain()[...])
        #expect(slots.count == 0)
        while let item = try splitter.next() { received.append(try ServerMessage(decoding: item)) }
        // Not the messages themselves: a failure would print them all.
        let isWhole = received.filter { $0 != .padding } == sent
        let isPadded = received.contains(.padding)
        #expect(isWhole)
        #expect(isPadded)
    }

    @Test func `padding has the length that is asked for, or one byte more`() throws {
        for bytes in 0...2000 {
            let frame = Padding.frame(bytes: bytes)
            #expect(frame.count >= bytes && frame.count <= max(bytes, Padding.leastBytes) + 1)
            #expect(try TerminalMessage(decoding: Array(frame.dropFirst(4))) == .padding)
            #expect(try ServerMessage(decoding: Array(frame.dropFirst(4))) == .padding)
        }
    }

    /// A message of every length, so that what is left of its slot has every length too.
    @Test func `every slot is full, however much of it is left`() {
        for bytes in 1...1500 {
            var slots = SlotQueue(slotBytes: WireLimits.serverSlotBytes)
            slots.append([UInt8](repeating: 0, count: bytes))
            for _ in 0..<3 { #expect(slots.next().count == WireLimits.serverSlotBytes) }
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
