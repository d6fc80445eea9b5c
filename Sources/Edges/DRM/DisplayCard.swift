// DRM: display cards, their parts, commits and buffers; atomic modesetting only. The only importer of CLibdrm. Decides
// nothing (which connector, which plane, when to commit: the Plane stage does), owns no thread and calls nobody back:
// flips are read from the card's descriptor. A card may be used from any thread; `takeFlips` from one at a time.

internal import CLibdrm
internal import Glibc
internal import LinuxBase

/// One open display card (`/dev/dri/cardN`) that can be driven by atomic commits.
///
/// The first to open a card is its master without asking; later ones call `becomeMaster` once the former has dropped it.
/// Buffers, framebuffers and blobs made through a card go when it is closed, and a picture that is shown goes dark then.
public struct DisplayCard: ~Copyable, Sendable {
    public let path: String
    /// The kernel driver's name: "vc4", "virtio_gpu", "vkms".
    public let driver: String
    public let abilities: CardAbilities
    let file: Descriptor

    /// Cards of this machine in the order of their numbers; also those that have no display.
    public static func paths() -> [String] {
        // No folder: no driver has registered a card yet.
        let names = (try? Files.names(in: "/dev/dri")) ?? []
        let numbers = names.filter { $0.hasPrefix("card") }.compactMap { Int($0.dropFirst(4)) }
        return numbers.sorted().map { "/dev/dri/card\($0)" }
    }

    /// Opens a card for atomic modesetting. With `writeback`, connectors that write the picture to memory are listed, too.
    /// Throws `.notDisplay` for a card that only renders, `.notAtomic` for a driver of the old kind.
    public init(_ path: String, writeback: Bool = false) throws(DRMError) {
        let file = try DRMError.converting { () throws(SystemCallError) in
            try Files.open(path, flags: O_RDWR | O_NONBLOCK)
        }
        guard drmIsKMS(file.raw) == 1 else { throw .notDisplay(path: path) }
        let driver = try Self.driver(of: file.raw)
        guard drmSetClientCap(file.raw, UInt64(DRM_CLIENT_CAP_UNIVERSAL_PLANES), 1) == 0,
            drmSetClientCap(file.raw, UInt64(DRM_CLIENT_CAP_ATOMIC), 1) == 0
        else { throw .notAtomic(path: path, driver: driver) }
        if writeback {
            // A driver that has none accepts this all the same: there is nothing to list then.
            try check(drmSetClientCap(file.raw, UInt64(DRM_CLIENT_CAP_WRITEBACK_CONNECTORS), 1), "writeback")
        }
        self.path = path
        self.driver = driver
        abilities = CardAbilities(of: file.raw)
        self.file = file
    }

    /// The card's number for `Poll`: readable when a flip can be taken. That the card is gone it does not tell (a kernel
    /// event does, and any call but `takeFlips`).
    public var descriptor: Int32 { file.raw }

    /// Does nothing for the one that is the master. Throws an error that `isBusy` while another is, and one that
    /// `isNotMaster` for a process without CAP_SYS_ADMIN that has not been the master before.
    public func becomeMaster() throws(DRMError) { try check(drmSetMaster(file.raw), "drmSetMaster") }

    /// What is shown stays until the next master changes it. Throws EINVAL when this is not the one.
    public func dropMaster() throws(DRMError) { try check(drmDropMaster(file.raw), "drmDropMaster") }

    private static func driver(of file: Int32) throws(DRMError) -> String {
        guard let version = unsafe drmGetVersion(file) else { throw .last("drmGetVersion") }
        defer { unsafe drmFreeVersion(version) }
        guard let name = unsafe version.pointee.name else { return "" }
        // SAFETY: libdrm ends the name with a NUL and frees it with the version, after this copy.
        return unsafe String(cString: name)
    }
}

/// What a card's driver says about itself, beyond its planes.
public struct CardAbilities: Equatable, Sendable {
    /// Makes buffers that any process can write (`makeDumbBuffer`).
    public let makesDumbBuffers: Bool
    /// Reading such a buffer is slow: draw elsewhere and copy.
    public let prefersShadow: Bool
    /// Takes DMA-BUFs of others (`importBuffer`). That it takes this one, only trying tells.
    public let importsBuffers: Bool
    /// A framebuffer may name its modifier.
    public let takesModifiers: Bool

    init(of file: Int32) {
        // An ability that the kernel does not know is one that the card does not have.
        func value(_ ability: Int32) -> UInt64 {
            var value: UInt64 = 0
            return unsafe drmGetCap(file, UInt64(ability), &value) == 0 ? value : 0
        }
        makesDumbBuffers = value(DRM_CAP_DUMB_BUFFER) != 0
        prefersShadow = value(DRM_CAP_DUMB_PREFER_SHADOW) != 0
        importsBuffers = value(DRM_CAP_PRIME) & UInt64(DRM_PRIME_CAP_IMPORT) != 0
        takesModifiers = value(DRM_CAP_ADDFB2_MODIFIERS) != 0
    }
}
