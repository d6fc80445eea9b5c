public import Database
public import FoundationEssentials
internal import LinuxBase
internal import SwiftASN1
internal import X509

// The authority's files in the state folder. The key is written before the record of the certificate, so that a machine
// that loses power between them has a key that nobody trusts rather than an authority that has lost its key.
extension CertificateAuthority {
    /// Larger than any key or certificate that this software writes.
    private static let fileBytes = 16384

    /// The authority of a state folder, made where there is none.
    public static func openOrCreate(
        state: String, directory: Directory, name: String, lifetime: TimeInterval, now: Date
    ) throws(AdmissionError) -> (authority: CertificateAuthority, isNew: Bool) {
        let pem: String?
        do { pem = try directory.authority() } catch { throw .directory(error) }
        guard pem == nil else { return (try open(state: state, directory: directory), false) }
        let authority = try create(name: name, lifetime: lifetime, now: now)
        try write(authority.keyPEM, to: StateFolder.authorityKey(state), mode: 0o600)
        do { try directory.setAuthority(certificate: authority.certificate.pem, now: now) } catch {
            throw .directory(error)
        }
        try write(authority.certificate.pem, to: StateFolder.authorityCertificate(state), mode: 0o644)
        return (authority, true)
    }

    /// The authority of a state folder. Refuses a key file that others may read.
    public static func open(state: String, directory: Directory) throws(AdmissionError) -> CertificateAuthority {
        let pem: String?
        do { pem = try directory.authority() } catch { throw .directory(error) }
        guard let pem else { throw .noAuthority }
        let path = StateFolder.authorityKey(state)
        let status: FileStatus
        do { status = try Files.status(path) } catch { throw .file(path: path, detail: error.description) }
        guard status.kind == .file, status.mode & 0o077 == 0 else {
            throw .file(
                path: path, detail: "others may read the authority's key: chmod 600 it, or make a new authority")
        }
        let authority = try CertificateAuthority(certificatePEM: pem, keyPEM: read(path))
        if !Files.exists(StateFolder.authorityCertificate(state)) {
            try write(pem, to: StateFolder.authorityCertificate(state), mode: 0o644)
        }
        return authority
    }

    /// The server's certificate and key files, made where they are missing, end within a tenth of `lifetime`, belong to
    /// another authority, or do not name all of `hosts`. A new certificate keeps the names of the one before it, so that
    /// terminals that know the server by an older name still find it. Returns the certificate and whether it is new.
    public func keepServerCertificate(
        state: String, hosts: [String], lifetime: TimeInterval, now: Date
    ) throws(AdmissionError) -> (certificate: IssuedCertificate, isNew: Bool) {
        var names = hosts
        // One that cannot be read is replaced.
        if let kept = try? IssuedCertificate(pem: Self.read(StateFolder.serverCertificate(state))),
            kept.isIssued(by: certificate)
        {
            if Files.exists(StateFolder.serverKey(state)), kept.notAfter > now.addingTimeInterval(lifetime / 10),
                hosts.allSatisfy(kept.names(host:))
            {
                return (kept, false)
            }
            names += kept.hosts.filter { !names.contains($0) }
        }
        let issued = try issueServer(hosts: names, lifetime: lifetime, now: now)
        // Key first: a server that starts between the two finds a pair that does not match, and says so.
        try Self.write(issued.keyPEM, to: StateFolder.serverKey(state), mode: 0o600)
        try Self.write(issued.certificate.pem, to: StateFolder.serverCertificate(state), mode: 0o644)
        return (issued.certificate, true)
    }

    private static func read(_ path: String) throws(AdmissionError) -> String {
        do throws(Files.ReadError) {
            return String(decoding: try Files.read(path, limit: fileBytes), as: UTF8.self)
        } catch {
            throw .file(path: path, detail: "\(error)")
        }
    }

    private static func write(_ text: String, to path: String, mode: UInt32) throws(AdmissionError) {
        do { try Files.replace(path, with: Array(text.utf8), mode: mode) } catch {
            throw .file(path: path, detail: error.description)
        }
    }
}

extension IssuedCertificate {
    /// The host names and addresses in the certificate's alternative names.
    public var hosts: [String] {
        // A certificate that could be read once can be read again; one without the extension names nobody.
        guard let certificate = try? Certificate(derEncoded: der),
            let names = try? certificate.extensions.subjectAlternativeNames
        else { return [] }
        return names.compactMap { name in
            switch name {
            case .dnsName(let host): host
            case .ipAddress(let address): InternetAddress.text(Array(address.bytes))
            default: nil
            }
        }
    }

    /// True when the certificate's alternative names have this host name or address.
    public func names(host: String) -> Bool {
        guard let address = InternetAddress.bytes(host) else {
            return hosts.contains { $0.lowercased() == host.lowercased() }
        }
        return hosts.contains { InternetAddress.bytes($0) == address }
    }

    func isIssued(by authority: IssuedCertificate) -> Bool {
        guard let leaf = try? Certificate(derEncoded: der), let root = try? Certificate(derEncoded: authority.der)
        else {
            return false  // As above.
        }
        return root.publicKey.isValidSignature(leaf.signature, for: leaf)
    }
}
