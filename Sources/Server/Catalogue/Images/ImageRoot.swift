internal import LinuxBase

/// Paths inside an image's root, looked at from outside: links in it mean what they mean inside, and lead nowhere else.
struct ImageRoot {
    let folder: String

    private static let links = 40

    /// The file or folder that an absolute path of the image leads to, relative to the root and free of links; nil when
    /// it leads nowhere.
    func resolve(_ path: String) -> String? {
        var waiting = Array(path.components.reversed())
        var place: [Substring] = []
        var links = 0
        while let part = waiting.popLast() {
            if part == "." { continue }
            if part == ".." {
                _ = place.popLast()
                continue
            }
            let inner = (place + [part]).joined(separator: "/")
            guard let status = try? Files.status(folder + "/" + inner) else { return nil }  // Nothing is there.
            if status.kind == .link {
                links += 1
                guard links <= Self.links, let target = try? Files.readLink(folder + "/" + inner) else { return nil }
                if target.hasPrefix("/") { place = [] }
                waiting += target.components.reversed()
            } else {
                guard status.kind == .folder || waiting.isEmpty else { return nil }
                place.append(part)
            }
        }
        return place.joined(separator: "/")
    }

    /// Whether a path leads to a program.
    func isProgram(_ path: String) -> Bool {
        guard let place = resolve(path), let status = try? Files.status(folder + "/" + place) else { return false }
        return status.kind == .file && status.mode & 0o111 != 0
    }

    static let preload = "ld.so.preload"

    /// True when the host's loader, which starts the jailer's inner stage in this root, finds nothing there that it would
    /// load besides: `/etc` is a folder without such a file, or is not there.
    var hasNothingForLoader: Bool {
        guard let etc = try? Files.status(folder + "/etc") else { return true }  // There is none.
        return etc.kind == .folder && (try? Files.status(folder + "/etc/" + Self.preload)) == nil
    }
}
