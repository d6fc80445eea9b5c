internal import Wire

extension FuzzTarget {
    /// The parsers of Wire.
    public static let wire: [FuzzTarget] = [terminalMessages, serverMessages, cbor, applicationMessages, frames]

    public static let terminalMessages = FuzzTarget(
        name: "wire-terminal", corpus: Samples.terminal.map { $0.encoded() }, limit: WireLimits.terminalFrameBytes
    ) { input in
        verdict {
            let message = try TerminalMessage(decoding: input)
            return try TerminalMessage(decoding: message.encoded()) == message
        }
    }

    public static let serverMessages = FuzzTarget(
        name: "wire-server", corpus: Samples.server.map { $0.encoded() }
    ) { input in
        verdict {
            let message = try ServerMessage(decoding: input)
            return try ServerMessage(decoding: message.encoded()) == message
        }
    }

    public static let cbor = FuzzTarget(
        name: "cbor", corpus: Samples.terminal.map { $0.encoded() } + Samples.items.map { $0.encoded() }
    ) { input in
        // What is accepted is the only encoding of its value.
        verdict { try CBOR(decoding: input).encoded() == input }
    }

    public static let applicationMessages = FuzzTarget(
        name: "application",
        corpus: Samples.applicationRequests.map { $0.encoded() } + Samples.events.map { $0.encoded() }
            + Samples.applicationInputs.map { $0.encoded() }
    ) { input in
        verdict {
            do {
                let event = try ApplicationEvent(decoding: input)
                return try ApplicationEvent(decoding: event.encoded()) == event
            } catch WireError.unknownMessage {
                do {
                    let request = try ApplicationRequest(decoding: input)
                    return try ApplicationRequest(decoding: request.encoded()) == request
                } catch WireError.unknownMessage {
                    let told = try ApplicationInput(decoding: input)
                    return try ApplicationInput(decoding: told.encoded()) == told
                }
            }
        }
    }

    public static let frames = FuzzTarget(
        name: "frames",
        corpus: [
            Samples.terminal.flatMap { $0.framed() }, Framing.frame([]) + Framing.frame([1, 2, 3]),
            Framing.frame([UInt8](repeating: 7, count: 300)),
        ]
    ) { input in
        // Frames do not depend on how the bytes came.
        var whole = FrameSplitter(limit: WireLimits.terminalFrameBytes)
        whole.append(input[...])
        var pieces = FrameSplitter(limit: WireLimits.terminalFrameBytes)
        var found: [[UInt8]] = []
        do {
            var rest = input[...]
            var width = 1
            while !rest.isEmpty {
                pieces.append(rest.prefix(width))
                rest = rest.dropFirst(width)
                width = width % 13 + 1
                while let item = try pieces.next() { found.append(item) }
            }
        } catch {
            // The same error follows from the whole, below.
        }
        do {
            for item in found {
                guard try whole.next() == item else { return .broken("pieces and whole differ") }
            }
            return try whole.next() == nil ? .accepted : .broken("the whole holds more than the pieces")
        } catch {
            return .refused
        }
    }

    /// `body` throws a `WireError` to refuse and returns whether a message survives being written and read again.
    private static func verdict(_ body: () throws -> Bool) -> Verdict {
        do {
            return try body() ? .accepted : .broken("accepted, but changed by encoding")
        } catch is WireError {
            return .refused
        } catch {
            return .broken("an error of another module: \(error)")
        }
    }
}
