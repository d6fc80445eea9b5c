internal import Glibc
internal import LinuxBase
internal import Wire

extension Rig {
    /// Gives the terminal another certificate for the same key.
    public func enrolAgain(days: String) throws {
        try run(
            "vitrinectl",
            [
                "terminal", "enrol", "--state", state, "--csr", "\(folder)/csr.pem", "--name", Self.terminalName,
                "--out",
                "\(folder)/certificate.pem", "--days", days, "--replace",
            ], in: folder)
        try installTable()
    }

    /// Lets this rig's terminal come with a certificate that `stranger`'s authority issued.
    public func useIdentity(of stranger: Rig) throws {
        let foreign = "\(stranger.folder)/foreign.pem"
        try run(
            "vitrinectl",
            [
                "terminal", "enrol", "--state", stranger.state, "--csr", "\(folder)/csr.pem", "--name",
                Self.terminalName,
                "--out", foreign, "--replace",
            ], in: stranger.folder)
        let path = "\(folder)/bundle.cbor"
        guard case .map(var records) = try CBOR(decoding: try Files.read(path, limit: 64 << 20)) else {
            throw RigError.wrong("the bundle is no map")
        }
        records[.text("certificate")] = .bytes(try Files.read(foreign, limit: 65536))
        try Files.replace(path, with: CBOR.map(records).encoded())
        try run("vitrine-provision", ["install", "--store", store, "--tcti", tcti, path], in: folder)
    }

    /// Processes of this rig's cells: jailers and sandboxes, by what their command lines name.
    public func cells() throws -> [Int32] {
        try Files.names(in: "/proc").compactMap { Int32($0) }.filter { process in
            // A process may end while it is looked at.
            guard let bytes = try? Files.read("/proc/\(process)/cmdline", limit: 1 << 20) else { return false }
            let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard let name = words.first, name.hasSuffix("bwrap") || name.hasSuffix("vitrine-cell") else {
                return false
            }
            return words.contains { $0.contains(folder) }
        }
    }

    public static func kill(_ process: Int32) { _ = Glibc.kill(process, SIGKILL) }
}
