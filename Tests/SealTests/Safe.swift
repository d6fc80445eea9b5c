import Evidence
import LinuxBase
import Rig
import Seal
import TLS
import TPM

/// A provisioned TPM and a store of its own. The maker's release key is the client key of the same TPM, to have one
/// process fewer.
struct Safe: ~Copyable {
    // In this order they end: the device says good-bye to the TPM before the TPM goes.
    private(set) var device: TPMDevice
    private var tpm: SoftwareTPM
    let folder: TemporaryFolder
    let release: ReleaseManifest
    var path: String { folder.path + "/store" }

    init() throws {
        let folder = try TemporaryFolder()
        let tpm = try SoftwareTPM(folder: folder.path + "/tpm")
        let device = try TPMDevice(tcti: tpm.tcti)
        try device.provision()
        let release = try signed(by: device)
        try SealedStore.provision(folder: folder.path + "/store", tpm: device, authority: try device.clientPublicKey())
        self.device = device
        self.tpm = tpm
        self.folder = folder
        self.release = release
    }

    func open(_ other: ReleaseManifest? = nil) throws -> SealedStore {
        try SealedStore(opening: path, tpm: device, release: other ?? release)
    }

    /// `key`, `index`, or the newest file of a record.
    func file(_ name: String) throws -> String {
        if name == "key" || name == "index" { return path + "/" + name }
        let prefix = name.split(separator: "/").joined(separator: "%2F") + "@"
        guard let found = try Files.names(in: path + "/records").last(where: { $0.hasPrefix(prefix) }) else {
            throw RigError.wrong("no file of \(name)")
        }
        return path + "/records/" + found
    }

    func bytes(_ name: String) throws -> [UInt8] { try Files.read(try file(name), limit: 16 << 20) }

    /// The TPM's memory, or a store's folder, as files.
    struct Copy {
        fileprivate let files: [String: [UInt8]]
        fileprivate init(of folder: String, _ names: [String]) throws {
            files = try names.reduce(into: [:]) { $0[$1] = try Files.read(folder + "/" + $1, limit: 16 << 20) }
        }
    }

    func copyStore() throws -> Copy {
        let records = try Files.names(in: path + "/records").map { "records/" + $0 }
        return try Copy(of: path, ["key", "index"] + records)
    }

    func putBack(_ copy: Copy, emptying: Bool = true) throws {
        if emptying {
            try Files.removeTree(path)
            try Files.makeFolder(path + "/records")
        }
        for (name, bytes) in copy.files { try Files.replace(path + "/" + name, with: bytes) }
    }

    mutating func copyTPM() throws -> Copy {
        try tpm.stop()
        let copy = try Copy(of: folder.path + "/tpm/state", ["tpm2-00.permall"])
        try restart()
        return copy
    }

    /// What no attacker can: the TPM itself goes back.
    mutating func putBackTPM(_ copy: Copy) throws {
        try tpm.stop()
        for (name, bytes) in copy.files { try Files.replace(folder.path + "/tpm/state/" + name, with: bytes) }
        try restart()
    }

    mutating func restart(orderly: Bool = true) throws {
        try tpm.restart(orderly: orderly)
        device = try TPMDevice(tcti: tpm.tcti)
    }

    mutating func pullPlug() throws { try tpm.stop(orderly: false) }
}

/// A release that runs here: nothing is measured.
func signed(
    by maker: TPMDevice, generation: UInt64 = 1, offsets: [UInt64] = [0], _ measurements: [Measurement] = []
) throws -> ReleaseManifest {
    let point = try maker.clientPublicKey()
    var release = ReleaseManifest(
        version: "\(generation)", time: 0, generation: generation, measurements: measurements, authorityX: point.x,
        authorityY: point.y, policies: [])
    release.policies = try offsets.map { offset in
        let message = release.policyMessage(offset: offset, sha256: Digest.sha256)
        let signature = try maker.sign(digest: Digest.sha256(message))
        return ReleaseManifest.Policy(offset: offset, signature: signature.r + signature.s)
    }
    return release
}
