internal import Wire

/// What goes out while a PIN is typed: the same number of bytes in each slot of time, whatever there is to say. Pure: the
/// connection has the clock and the socket.
struct SlotSender {
    private var queue = SlotQueue(slotBytes: WireLimits.serverSlotBytes)
    /// Bytes that have gone out.
    private var sent = 0
    /// Whom to tell when the byte of this number has gone.
    private var waiting: [(end: Int, taken: () -> Void)] = []

    mutating func append(_ frame: [UInt8], taken: (() -> Void)?) {
        queue.append(frame)
        if let taken { waiting.append((sent + queue.count, taken)) }
    }

    /// One slot, and what to call when the socket has taken it.
    mutating func next() -> (bytes: [UInt8], taken: () -> Void) { took(queue.next()) }

    /// Everything that waits: the slots are over.
    mutating func drain() -> (bytes: [UInt8], taken: () -> Void) { took(queue.drain()) }

    private mutating func took(_ bytes: [UInt8]) -> (bytes: [UInt8], taken: () -> Void) {
        sent += bytes.count
        let done = waiting.prefix { $0.end <= sent }.map(\.taken)
        waiting.removeFirst(done.count)
        return (bytes, { for taken in done { taken() } })
    }
}
