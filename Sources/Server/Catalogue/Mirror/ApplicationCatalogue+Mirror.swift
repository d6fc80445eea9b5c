public import FoundationEssentials
internal import Database

/// What came of one application of one registry.
public struct MirrorReport: Sendable {
    public enum Outcome: Sendable {
        /// The registry has what is here.
        case unchanged(version: String)
        case imported(CatalogueEntry)
        case refused(CatalogueError)
    }

    public var application: String
    public var source: String
    public var outcome: Outcome
}

extension ApplicationCatalogue {
    /// Brings one application up to what a registry has. A registry that goes back to an image that was signed earlier is
    /// not followed: `pin` goes back, the registry does not.
    public func mirror(
        _ id: String, _ image: ImageReference, of registry: MirroredRegistry, trusting keys: SigningKeys, now: Date
    ) -> MirrorReport {
        var report = MirrorReport(application: id, source: "\(image)", outcome: .refused(.unsigned))
        var options = ImageOptions()
        options.limits = registry.limits
        options.plainHTTP = !registry.tls
        options.passwords = registry.passwords
        options.application = id
        options.refusesOlder = true
        do throws(CatalogueError) {
            if let known = try known(id, image, options) {
                report.outcome = .unchanged(version: known.manifest.version)
            } else {
                report.outcome = .imported(
                    try importImage(image, trust: .signed(by: keys), options: options, now: now))
            }
        } catch {
            report.outcome = .refused(error)
        }
        return report
    }

    /// The version that the registry has, if it is the newest one here: then there is nothing to do.
    private func known(
        _ id: String, _ image: ImageReference, _ options: ImageOptions
    ) throws(CatalogueError) -> CatalogueEntry? {
        let digest = try withArrivals { (folder) throws(CatalogueError) in
            try ImageImport(
                image, in: folder, limits: options.limits, plainHTTP: options.plainHTTP, passwords: options.passwords
            ).manifest().manifest.digest
        }
        let all = try list(id)
        guard let entry = all.first(where: { $0.imageDigest == digest }) else { return nil }
        let isSettled = entry.enabled || all.contains { $0.pinned }
        return isSettled ? entry : nil
    }
}
