internal import Glibc
internal import LinuxBase
internal import Wire

extension Rig {
    /// Gives the terminal another certificate for the same key.
    public func enrolAgain(days: String) throws {
        try certify(["--days", days, "--replace"])
        try installTable()
    }

    /// Lets this rig's server come with the certificate and the key of `other`'s, which its own authority did not issue.
    public func useServerIdentity(of other: Rig) throws {
        for name in ["server.pem", "server-key.pem"] {
            try Files.replace("\(state)/\(name)", with: try Files.read("\(other.state)/\(name)", limit: 65536))
        }
    }

    /// Tries to install a certificate for this terminal's key that `stranger`'s authority issued; what is said of it.
    public func refusedCertificate(of stranger: Rig) throws -> String {
        let base = "\(folder)/foreign"
        guard let pem = try CBOR(decoding: try Files.read(request, limit: 65536), limits: .wire)[8]?.bytes else {
            throw RigError.wrong("no certificate request in the request")
        }
        try Files.replace(base + ".csr", with: pem)
        try Files.replace(base + ".ext", with: Array("extendedKeyUsage=clientAuth\n".utf8))
        try run(
            try Programs.tool("openssl"),
            [
                "x509", "-req", "-in", base + ".csr", "-CA", stranger.state + "/authority.pem", "-CAkey",
                stranger.state + "/authority-key.pem", "-CAcreateserial", "-days", "30", "-extfile", base + ".ext",
                "-out",
                base + ".pem",
            ], in: folder)
        let path = "\(folder)/bundle.cbor"
        let limits = CBOR.Limits(nesting: 1, containerItems: 256, totalItems: 513)
        guard case .map(var records) = try CBOR(decoding: try Files.read(path, limit: 64 << 20), limits: limits) else {
            throw RigError.wrong("the bundle is no map")
        }
        // The table is there already, and is not taken twice.
        for name in records.keys where name != .text("certificate") { records[name] = nil }
        records[.text("certificate")] = .bytes(try Files.read(base + ".pem", limit: 65536))
        try Files.replace(path, with: CBOR.map(records).encoded())
        return try run("vitrine-provision", provisioning(["install", path]), in: folder, expecting: 65).output
    }

    /// Processes in this rig's cells, by what is mounted in them: a cell's root has its application from this folder.
    public func cells() throws -> [Int32] {
        let mark = String(folder.split(separator: "/").last ?? "")
        return try Files.names(in: "/proc").compactMap { Int32($0) }.filter { process in
            // A process may end while it is looked at.
            guard let bytes = try? Files.read("/proc/\(process)/mountinfo", limit: 1 << 20) else { return false }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { line in
                let words = line.split(separator: " ")
                return words.count > 4 && words[4] == "/app" && words[3].contains(mark)
            }
        }
    }

    public static func kill(_ process: Int32) { _ = Glibc.kill(process, SIGKILL) }

    /// As if the program had reached for memory that is not there.
    public static func crash(_ process: Int32) { _ = Glibc.kill(process, SIGSEGV) }
}
