internal import Evidence
internal import LinuxBase
internal import Measurements
internal import Wire

/// One request over TCP, and what answers it: an offer at once, a grant when the operator has decided. Four bytes of
/// length and the bytes, each way. In clear: what is secret in the grant is encrypted to the TPM, and what could be
/// replaced is what the fingerprint is over.
struct EnrolmentCall {
    private static let connectTime: Duration = .seconds(10)
    /// The operator compares fingerprints meanwhile.
    private static let answerTime: Duration = .seconds(900)
    private let host: String
    private let port: UInt16

    init(server: String) throws(Problem) {
        guard let colon = server.lastIndex(of: ":"), let port = UInt16(server[server.index(after: colon)...]), port > 0
        else { throw Problem("--server \(server): expected HOST:PORT", ExitCode.usage) }
        var host = server[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self.host = String(host)
        self.port = port
    }

    /// Sends the request, shows whoever answers to `compare`, and returns the grant.
    func ask(_ request: [UInt8], compare: (EnrolmentOffer) throws(Problem) -> Void) throws(Problem) -> [UInt8] {
        do {
            let socket = try TCPSocket.startConnecting(host: host, port: port)
            try wait(socket, .writable, until: Clock.now() + Self.connectTime)
            try TCPSocket.finishConnecting(socket)
            try socket.setNonBlocking(false)
            try socket.writeAll(Framing.frame(request))
            var splitter = FrameSplitter(limit: EvidenceLimits.enrolmentGrantBytes)
            let offer = try EnrolmentOffer(decoding: try answer(on: socket, &splitter))
            try compare(offer)
            return try answer(on: socket, &splitter)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem("\(host):\(port): \(error)", ExitCode.unavailable)
        }
    }

    private func answer(on socket: borrowing Descriptor, _ splitter: inout FrameSplitter) throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let deadline = Clock.now() + Self.answerTime
        while true {
            if let frame = try splitter.next() { return frame }
            try wait(socket, .readable, until: deadline)
            switch try socket.read(into: &chunk) {
            case .bytes(let count): splitter.append(chunk[..<count])
            case .wouldBlock: continue
            case .closed:
                throw Problem("the operator's side has refused this terminal, or went away", ExitCode.protocolError)
            }
        }
    }

    private func wait(_ socket: borrowing Descriptor, _ events: Poll.Events, until deadline: MonotonicTime) throws {
        let ready = try Poll.wait(for: socket.raw, events: events, timeout: max(.zero, deadline - Clock.now()))
        guard !ready.isEmpty else { throw Problem("\(host):\(port): no answer in time", ExitCode.unavailable) }
    }
}
