internal import Admission
internal import ArgumentParser
internal import Correspondence
internal import Evidence
internal import Glibc
internal import LinuxBase
internal import Measurements
internal import Wire

/// `HOST:PORT`, the port may be 0.
struct ListenArgument: ExpressibleByArgument {
    let host: String
    let port: UInt16
    init?(argument: String) {
        if let server = ServerArgument(argument: argument)?.address {
            (host, port) = (server.host, server.port)
        } else if argument.hasSuffix(":0"), let server = ServerArgument(argument: argument.dropLast() + "1")?.address {
            (host, port) = (server.host, 0)
        } else {
            return nil
        }
    }
}

/// What a person waits for is written at once, also into a pipe.
enum Output {
    static func say(_ text: String) {
        print(text, terminator: "")
        _ = fflush(nil)
    }
}

/// Waits for one terminal's request over TCP, says whose terminal it would be, and gives the grant when a person has
/// decided: four bytes of length and the bytes, each way. In clear: the grant opens in one TPM only, and the fingerprint is
/// over the rest.
struct EnrolmentDesk: ~Copyable {
    /// The time for a request of some kilobytes, and for a peer to take a grant.
    private static let patience: Duration = .seconds(20)
    private let listener: Descriptor

    init(at address: ListenArgument) throws {
        let listener = try TCPSocket.startListening(host: address.host, port: address.port)
        Output.say("waiting for a terminal on \(address.host), port \(try TCPSocket.port(of: listener))\n")
        self.listener = listener
    }

    /// Whoever sends no good request is told nothing, whoever is turned away hears nothing more; the wait goes on.
    func serve(
        offer: EnrolmentOffer, examine: ([UInt8]) throws -> Applicant, decide: (Applicant) throws -> Bool,
        grant: (Applicant) throws -> EnrolmentGrant
    ) throws {
        var isServed = false
        while !isServed {
            _ = try Poll.wait(for: listener.raw, events: .readable, timeout: nil)
            if let peer = try UnixSocket.accept(listener) {
                try peer.setNonBlocking()
                if let applicant = Self.applicant(at: peer, examine) {
                    try Self.send(Framing.frame(offer.encoded()), to: peer)
                    if try decide(applicant) {
                        try Self.send(Framing.frame(try grant(applicant).encoded()), to: peer)
                        isServed = true
                    } else {
                        Output.say("turned away; waiting for another\n")
                    }
                }
            }
        }
    }

    private static func applicant(
        at peer: borrowing Descriptor, _ examine: ([UInt8]) throws -> Applicant
    ) -> Applicant? {
        do { return try examine(try request(from: peer)) } catch {
            Output.say("refused: \(error)\n")
            return nil
        }
    }

    private static func request(from peer: borrowing Descriptor) throws -> [UInt8] {
        var splitter = FrameSplitter(limit: EvidenceLimits.enrolmentRequestBytes)
        var chunk = [UInt8](repeating: 0, count: 4096)
        let deadline = Clock.now() + patience
        while true {
            if let frame = try splitter.next() { return frame }
            try wait(peer, .readable, until: deadline)
            switch try peer.read(into: &chunk) {
            case .bytes(let count): splitter.append(chunk[..<count])
            case .wouldBlock: continue
            case .closed: throw Complaint("a peer went away before its request was whole")
            }
        }
    }

    private static func send(_ bytes: [UInt8], to peer: borrowing Descriptor) throws {
        var rest = bytes[...]
        let deadline = Clock.now() + patience
        while !rest.isEmpty {
            try wait(peer, .writable, until: deadline)
            switch try peer.write(rest) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: continue
            case .closed:
                throw Complaint("the terminal went away before it had its grant: enrol it again with --replace")
            }
        }
    }

    private static func wait(_ peer: borrowing Descriptor, _ events: Poll.Events, until deadline: MonotonicTime) throws
    {
        let ready = try Poll.wait(for: peer.raw, events: events, timeout: max(.zero, deadline - Clock.now()))
        guard !ready.isEmpty else { throw Complaint("a peer was too slow") }
    }
}
