internal import LinuxBase

/// Native applications are Swift programs: where the Swift runtime is not one of the system's own libraries, their cells
/// must be given its folder.
enum SwiftRuntime {
    /// The folder that this process has its own runtime from; nil where the cell has it anyway (it is below /usr, or
    /// linked in).
    static func folder() -> String? {
        // A process without /proc has no cells either; the operator can name the folder by hand.
        guard let maps = try? Files.read("/proc/self/maps", limit: 4 << 20) else { return nil }
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n")
        where line.hasSuffix("/libswiftCore.so") {
            guard let slash = line.firstIndex(of: "/") else { continue }
            let folder = Files.parent(of: String(line[slash...]))
            return folder.hasPrefix("/usr/") ? nil : folder
        }
        return nil
    }
}
