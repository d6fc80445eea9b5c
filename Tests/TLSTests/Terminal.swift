import LinuxBase
import Measurements
import Rig
import TLS
import TPM
import Testing

/// A terminal's side: a TPM with its key, an authority that certifies it, and connections made with the two.
struct Terminal: ~Copyable {
    // In this order they end: the device says good-bye to the TPM before the TPM goes.
    let device: TPMDevice
    let tpm: SoftwareTPM
    let authority: Authority
    let folder: TemporaryFolder

    init() throws {
        let folder = try TemporaryFolder()
        let tpm = try SoftwareTPM(folder: folder.path + "/tpm")
        let device = try TPMDevice(tcti: tpm.tcti)
        try device.provision()
        let authority = try Authority(folder: folder.path + "/authority")
        self.device = device
        self.tpm = tpm
        self.authority = authority
        self.folder = folder
    }

    func request() throws -> [UInt8] {
        let point = try device.clientPublicKey()
        return try makeCertificateRequest(commonName: "T-1", publicKey: (point.x, point.y), sign: signer)
    }

    /// A context with a certificate of our authority (or the one given), that trusts our authority (or the file given).
    func context(certificate: [UInt8]? = nil, roots: String? = nil, sign: Signer? = nil) throws -> TLSClientContext {
        let point = try device.clientPublicKey()
        let certificate = try certificate ?? authority.client(request())
        return try TLSClientContext(
            certificatePEM: certificate, rootsPEM: try Files.read(roots ?? authority.root, limit: 65536),
            publicKey: (point.x, point.y), sign: sign ?? signer)
    }

    func peer(
        certificate: String? = nil, clientRoot: String? = nil, version: String = "-tls1_3",
        application: String? = "vitrine/1", more: [String] = ["-rev"]
    ) throws -> TLSPeer {
        try TLSPeer(
            certificate: try certificate ?? authority.server("server", names: "DNS:localhost,IP:127.0.0.1"),
            clientRoot: clientRoot ?? authority.root, folder: folder.path, version: version, application: application,
            more: more)
    }

    private var signer: Signer {
        let device = device
        return { digest in
            let signature = try device.sign(digest: digest)
            return (signature.r, signature.s)
        }
    }
}

let patience = Duration.seconds(10)

extension TLSConnection {
    /// A new connection to a port of 127.0.0.1, before its handshake.
    init(
        to port: UInt16, as name: String = "localhost", _ context: TLSClientContext,
        time: VerificationTime = .system, session: TLSSession? = nil
    ) throws {
        let socket = try TCPSocket.startConnecting(host: "127.0.0.1", port: port)
        _ = try Poll.wait(for: socket.raw, events: .writable, timeout: patience)
        try TCPSocket.finishConnecting(socket)
        try self.init(context: context, serverName: name, socket: socket, time: time, session: session)
    }

    mutating func finishHandshake() throws {
        while true {
            switch try handshake() {
            case .done: return
            case .wantRead: try wait(.readable)
            case .wantWrite: try wait(.writable)
            }
        }
    }

    /// The next bytes; nil when the peer has closed.
    mutating func receive() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            switch try read(into: &buffer) {
            case .bytes(let n): return Array(buffer[..<n])
            case .closed: return nil
            case .wantRead: try wait(.readable)
            case .wantWrite: try wait(.writable)
            }
        }
    }

    /// Writes everything.
    mutating func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch try write(rest) {
            case .bytes(let n): rest = rest.dropFirst(n)
            case .wantRead: try wait(.readable)
            case .wantWrite: try wait(.writable)
            case .closed: throw TLSError.protocolFailure(reason: "closed while writing")
            }
        }
    }

    private func wait(_ events: Poll.Events) throws {
        try #require(!Poll.wait(for: socket, events: events, timeout: patience).isEmpty, "the peer says nothing")
    }
}
