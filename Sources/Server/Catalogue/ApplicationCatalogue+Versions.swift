public import FoundationEssentials
internal import Database
internal import LinuxBase

extension ApplicationCatalogue {
    /// The one version that goes by `name`: the version that its manifest says, or the first digits (at least eight) of a
    /// digest.
    public func version(_ id: String, _ name: String) throws(CatalogueError) -> CatalogueEntry {
        let all = try list(id)
        guard !all.isEmpty else { throw .unknownApplication(id.isPrintable ? id : "?") }
        let isDigest = name.utf8.count >= 8 && name.allSatisfy(\.isHexDigit)
        let found = all.filter { entry in
            entry.manifest.version == name
                || isDigest && (entry.digest.hasPrefix(name) || entry.imageDigest?.hasPrefix(name) == true)
        }
        guard let first = found.first else { throw .noVersion(application: id, name.isPrintable ? name : "?") }
        guard found.count == 1 else {
            throw .severalVersions(
                application: id, name, digests: found.map { String($0.digest.prefix(16)) })
        }
        return first
    }

    /// New sessions get this version from now on, whatever is imported. Running ones keep theirs.
    public func pin(_ id: String, _ name: String, now: Date) throws(CatalogueError) -> CatalogueEntry {
        try locked { () throws(CatalogueError) in
            let entry = try version(id, name)
            // A version whose files are not what they were is nothing to switch to.
            try verify(entry)
            try enable(entry, pinned: true, now)
            return try application(id)
        }
    }

    /// New sessions get the newest version again, and what is imported later.
    public func unpin(_ id: String, now: Date) throws(CatalogueError) -> CatalogueEntry {
        try locked { () throws(CatalogueError) in
            let all = try list(id)
            guard let newest = all.max(by: { $0.age < $1.age }) else {
                throw .unknownApplication(id.isPrintable ? id : "?")
            }
            try enable(newest, pinned: false, now)
            return try application(id)
        }
    }

    private func enable(_ entry: CatalogueEntry, pinned: Bool, _ now: Date) throws(CatalogueError) {
        do {
            try directory.enableApplication(entry.manifest.id, digest: entry.digest, pinned: pinned, now: now)
        } catch { throw .directory(error) }
    }

    /// Removes all versions of an application with their files and the rights to it. Refused while a session runs it.
    public func remove(_ id: String) throws(CatalogueError) {
        try locked { () throws(CatalogueError) in
            let running = try sessions(id)
            guard running.isEmpty else { throw .inUse(application: id, sessions: running.count) }
            let removed: [ApplicationRecord]
            do throws(DatabaseError) { removed = try directory.removeApplication(id) } catch { throw .directory(error) }
            guard let first = removed.first else { throw .unknownApplication(id) }
            try discard(first.id)
        }
    }

    /// Removes one version. Refused for the one that new sessions get, and while a session runs it.
    public func remove(_ id: String, version name: String, now: Date) throws(CatalogueError) {
        try locked { () throws(CatalogueError) in
            let entry = try version(id, name)
            guard !entry.enabled, !entry.pinned else {
                throw .current(application: id, version: entry.manifest.version)
            }
            guard try forget(entry, replacedBefore: .distantFuture) else {
                throw .inUse(application: id, sessions: try sessions(id).filter { $0.digest == entry.digest }.count)
            }
            try discard("\(id)/\(entry.digest)")
        }
    }

    /// Removes versions that no session runs, except the one that new sessions get and the newest `keep` others of each
    /// application. One that was replaced less than `grace` ago stays: a session that is about to begin may have chosen
    /// it. Removes folders that no record names, too.
    public func collect(keep: Int, grace: TimeInterval, now: Date) throws(CatalogueError) -> [CatalogueEntry] {
        try locked { () throws(CatalogueError) in
            var removed: [CatalogueEntry] = []
            for (id, versions) in Dictionary(grouping: try list(), by: \.manifest.id).sorted(by: { $0.key < $1.key }) {
                let others = versions.filter { !$0.enabled }.sorted { $0.age > $1.age }
                for entry in others.dropFirst(max(keep, 0)) {
                    guard try forget(entry, replacedBefore: now.addingTimeInterval(-grace)) else { continue }
                    try discard("\(id)/\(entry.digest)")
                    removed.append(entry)
                }
            }
            try removeStrays()
            return removed
        }
    }

    private func forget(_ entry: CatalogueEntry, replacedBefore before: Date) throws(CatalogueError) -> Bool {
        do {
            return try directory.removeApplication(
                entry.manifest.id, digest: entry.digest, replacedBefore: before)
        } catch { throw .directory(error) }
    }

    private func sessions(_ id: String) throws(CatalogueError) -> [SessionRecord] {
        do {
            return try directory.sessions(limit: Int(Int32.max), open: true).filter { $0.application == id }
        } catch { throw .directory(error) }
    }

    /// Out of sight in one step; then file by file.
    private func discard(_ place: String) throws(CatalogueError) {
        let name = "\(root)/\(Self.leaving)\(Process.number)-\(place.components.joined(separator: "-"))"
        do throws(SystemCallError) {
            guard Files.exists(root + "/" + place) else { return }
            try Files.removeTree(name)
            _ = try Files.move(root + "/" + place, to: name)
            try Files.removeTree(name)
        } catch { throw .system(error) }
    }

    /// An import that was killed between its two last steps has a folder and no record.
    private func removeStrays() throws(CatalogueError) {
        let known = Set(try list().map(\.place))
        do throws(SystemCallError) {
            guard Files.isFolder(root) else { return }
            for id in try Files.names(in: root) where ApplicationManifest.isIdentifier(id) {
                for digest in try Files.names(in: "\(root)/\(id)") where !known.contains("\(root)/\(id)/\(digest)") {
                    try Files.removeTree("\(root)/\(id)/\(digest)")
                }
            }
        } catch { throw .system(error) }
    }
}

extension CatalogueEntry {
    /// Of two versions the one that was signed later is the newer one; among the unsigned, the one imported later.
    var age: Date { signed ?? imported }
}
