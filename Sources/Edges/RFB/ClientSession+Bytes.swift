internal import Pictures

extension RFBClientSession {
    /// Runs the machine over bytes at hand, for tests and fuzzing: pixels are counted, not kept. Returns the events, and
    /// how many bytes at the end were not enough for the next step.
    public mutating func consume(
        _ bytes: ArraySlice<UInt8>
    ) throws(RFBError) -> (events: [RFBClientEvent], left: Int) {
        var rest = bytes
        var events: [RFBClientEvent] = []
        while true {
            let event: RFBClientEvent?
            switch need {
            case .bytes(let count):
                guard rest.count >= count else { return (events, rest.count) }
                event = try receive(rest.prefix(count))
                rest = rest.dropFirst(count)
            case .pixels(let area):
                guard rest.count >= area.size.area * 4 else { return (events, rest.count) }
                rest = rest.dropFirst(area.size.area * 4)
                event = pixelsArrived()
            case .skip(let count):
                guard rest.count >= count else { return (events, rest.count) }
                rest = rest.dropFirst(count)
                skipped()
                event = nil
            }
            if let event { events.append(event) }
        }
    }
}
