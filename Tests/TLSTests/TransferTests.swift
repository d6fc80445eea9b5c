import Glibc
import LinuxBase
import Rig
import TLS
import Testing

@Suite(.serialized) struct TransferTests {
    @Test func `what a full socket does not take is taken later, and arrives whole`() throws {
        let terminal = try Terminal()
        let peer = try terminal.peer(more: [])
        var connection = try TLSConnection(to: peer.port, terminal.context())
        try connection.finishHandshake()
        let line = Array("0123456789abcdef0123456789abcde\n".utf8)
        let bytes = Array((0..<(8 << 20) / 32).map { _ in line }.joined())
        peer.signal(SIGSTOP)
        var rest = bytes[...]
        while case .bytes(let n) = try connection.write(rest) { rest = rest.dropFirst(n) }
        #expect(!rest.isEmpty, "the socket never was full")
        #expect(try connection.write(rest) == .wantWrite)
        peer.signal(SIGCONT)
        try connection.send(Array(rest))
        let log = peer.log
        try wait(for: "everything at the peer") {
            let printed = try Files.read(log, limit: 16 << 20)
            return printed.count > bytes.count && printed.suffix(bytes.count).elementsEqual(bytes)
        }
    }

    @Test func `what does not fit the buffer is kept, and said to be there`() throws {
        let terminal = try Terminal()
        let peer = try terminal.peer()
        var connection = try TLSConnection(to: peer.port, terminal.context())
        try connection.finishHandshake()
        try connection.send(Array("abcdef\n".utf8))
        _ = try Poll.wait(for: connection.socket, events: .readable, timeout: patience)
        var read: [UInt8] = []
        var two: [UInt8] = [0, 0]
        while read.count < 7 {
            if case .bytes(let n) = try connection.read(into: &two) { read += two[..<n] }
            let hasMore = connection.hasBufferedBytes
            #expect(hasMore == (!read.isEmpty && read.count < 7))
        }
        #expect(read == Array("fedcba\n".utf8))
    }

    @Test func `the exporter's value is the peer's`() throws {
        let terminal = try Terminal()
        let label = "EXPORTER-Channel-Binding"
        let peer = try terminal.peer(more: ["-keymatexport", label, "-keymatexportlen", "32"])
        var connection = try TLSConnection(to: peer.port, terminal.context())
        try connection.finishHandshake()
        let value = try connection.exporter(label: label, count: 32)
        let hex = value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        let log = peer.log
        try wait(for: "the peer's value") {
            String(decoding: try Files.read(log, limit: 1 << 20), as: UTF8.self).contains("Keying material: \(hex)")
        }
        #expect(try connection.exporter(label: "EXPORTER-other", count: 32) != value)
        #expect(try connection.exporter(label: label, count: 16).count == 16)
    }

    @Test func `an orderly end is told from a torn line`() throws {
        let terminal = try Terminal()
        let context = try terminal.context()
        let polite = try terminal.peer()
        var first = try TLSConnection(to: polite.port, context)
        try first.finishHandshake()
        try first.send(Array("CLOSE\n".utf8))
        #expect(try first.receive() == nil)
        let inOrder = first.peerClosedInOrder
        #expect(inOrder)

        let torn = try terminal.peer()
        var second = try TLSConnection(to: torn.port, context)
        try second.finishHandshake()
        try second.send(Array("x\n".utf8))
        _ = try second.receive()
        torn.signal(SIGKILL)
        #expect(try second.receive() == nil)
        let alsoInOrder = second.peerClosedInOrder
        #expect(!alsoInOrder)
    }

    @Test func `a peer that talks nonsense is a typed error`() throws {
        let terminal = try Terminal()
        let context = try terminal.context()
        let nonsense: [[UInt8]] = [
            Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), Array(repeating: 0xff, count: 4000),
            [0x16, 3, 3, 0xff, 0xff, 2],
        ]
        for nonsense in nonsense {
            let ends = try UnixSocket.pair()
            try ends.first.setNonBlocking()
            var connection = try TLSConnection(
                context: context, serverName: "localhost", socket: try ends.first.duplicate())
            #expect(try connection.handshake() == .wantRead)
            try ends.second.writeAll(nonsense)
            #expect {
                try connection.finishHandshake()
            } throws: {
                guard case .protocolFailure(let reason)? = $0 as? TLSError else { return false }
                return !reason.isEmpty
            }
        }
    }

    @Test func `an alert in the handshake is the peer's refusal`() throws {
        let terminal = try Terminal()
        let context = try terminal.context()
        let ends = try UnixSocket.pair()
        try ends.first.setNonBlocking()
        var connection = try TLSConnection(
            context: context, serverName: "localhost", socket: try ends.first.duplicate())
        #expect(try connection.handshake() == .wantRead)
        try ends.second.writeAll([0x15, 3, 3, 0, 2, 2, 40])
        #expect(throws: TLSError.refusedByPeer(TLSAlert(number: 40))) { try connection.finishHandshake() }
    }

    @Test func `a peer that is gone before or in the handshake is a typed error`() throws {
        let terminal = try Terminal()
        let context = try terminal.context()
        let early = try UnixSocket.pair()
        var first = try TLSConnection(context: context, serverName: "localhost", socket: try early.first.duplicate())
        _ = consume early
        #expect(throws: TLSError.closedInHandshake) { try first.finishHandshake() }
    }

    @Test func `a write to a peer that is gone raises no signal`() async throws {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_DFL)
            let terminal = try Terminal()
            let context = try terminal.context()
            let ends = try UnixSocket.pair()
            let socket = try ends.first.duplicate()
            _ = consume ends
            var connection = try TLSConnection(context: context, serverName: "localhost", socket: socket)
            #expect(throws: TLSError.closedInHandshake) { try connection.finishHandshake() }
        }
    }

    @Test func `an empty server name is refused`() throws {
        let terminal = try Terminal()
        let context = try terminal.context()
        let ends = try UnixSocket.pair()
        #expect(throws: TLSError.self) {
            _ = try TLSConnection(context: context, serverName: "", socket: try ends.first.duplicate())
        }
    }
}
