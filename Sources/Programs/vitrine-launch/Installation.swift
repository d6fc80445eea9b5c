internal import Glibc
internal import Launch
internal import LinuxBase
internal import PNG
internal import Pictures

/// Why a folder does not get its files.
enum InstallationProblem: Error, CustomStringConvertible {
    case system(SystemCallError)
    /// Something that is not ours has the name of one of our files.
    case foreign(String)
    case otherOwner(String)
    case icon(application: String, PNGError)

    var description: String {
        switch self {
        case .system(let error): error.description
        case .foreign(let path): "\(path) is there already, and not a file of vitrine-launch"
        case .otherOwner(let path): "\(path) belongs to another user"
        case .icon(let application, let error): "the icon of \(application): \(error)"
        }
    }
}

/// Brings the launch files in a data folder (XDG Base Directory Specification) to what the trusted environment offers.
///
///     applications/org.vitrine.NAME.desktop      dbus-1/services/org.vitrine.NAME.service
///     applications/vitrine-uri-handler.desktop   icons/hicolor/SIZE/apps/org.vitrine.NAME.png
///
/// Touches only what it made: an entry and a service carry a mark, and an icon belongs to its entry. Hence the order: an
/// entry is written before its icon and removed after it. Each file is replaced in one step, and left alone if it is right.
struct Installation {
    private let folder: String
    private let files: LaunchFiles
    private var entries: String { folder + "/applications" }
    private var services: String { folder + "/dbus-1/services" }

    private static let listTime: Duration = .seconds(10)
    /// Icon sizes of the hicolor theme, pixels (Icon Theme Specification).
    private static let sizes = [16, 22, 24, 32, 36, 48, 64, 72, 96, 128, 192, 256]

    static func run(_ folder: String, program: String?, socket: String, isDefault: Bool) -> Never {
        do {
            let program = try Files.absolute(program ?? Process.executablePath() ?? "")
            let socket = isDefault ? nil : try Files.absolute(socket)
            guard let files = LaunchFiles(program: program, socket: socket) else {
                Output.end(.usage, "a launch file has no way to write the program's or the socket's path")
            }
            let offered = try LaunchCall.applications(socket ?? LaunchCommand.defaultSocket, timeout: listTime)
            let installation = Installation(folder: try Files.absolute(folder), files: files)
            try installation.bringUpToDate(offered)
            exit(Exit.success.rawValue)
        } catch let error as LaunchError where error.isNobodyThere {
            Output.end(.failed, "no terminal listens at \(socket)")
        } catch {
            Output.end(.failed, "\(error)")
        }
    }

    private func bringUpToDate(_ offered: [OfferedApplication]) throws(InstallationProblem) {
        try prepareFolders()
        let names = Set(offered.map(\.application))
        for application in try installed().subtracting(names).sorted() { try remove(application) }
        for application in offered { try install(application) }
        let handler = entries + "/" + LaunchFiles.handlerName
        if offered.isEmpty {
            if let text = try content(handler), LaunchFiles.isHandler(text) { try remove(file: handler) }
        } else {
            try write(handler, Array(files.handler().utf8), isOurs: LaunchFiles.isHandler)
        }
    }

    private func prepareFolders() throws(InstallationProblem) {
        try system { () throws(SystemCallError) in
            for path in [entries, services] { try Files.makeFolder(path, mode: 0o755) }
        }
        // Run as root on somebody's folder, the links in it would decide what is written.
        var status = stat()
        guard unsafe stat(folder, &status) == 0, status.st_uid == Process.user else { throw .otherOwner(folder) }
    }

    /// The applications that have files of ours here.
    private func installed() throws(InstallationProblem) -> Set<String> {
        var found: Set<String> = []
        for (place, name) in [(entries, LaunchFiles.entryName), (services, LaunchFiles.serviceName)] {
            for file in try system({ () throws(SystemCallError) in try Files.names(in: place) })
            where file.hasPrefix(ApplicationName.prefix) {
                if let text = try content(place + "/" + file), let owner = LaunchFiles.owner(text), name(owner) == file
                {
                    found.insert(owner)
                }
            }
        }
        return found
    }

    private func install(_ offered: OfferedApplication) throws(InstallationProblem) {
        let application = offered.application
        let isOurs: ([UInt8]) -> Bool = { LaunchFiles.owner($0) == application }
        let entry = entries + "/" + LaunchFiles.entryName(application)
        let hadEntry = try content(entry).map(isOurs) ?? false
        try write(
            services + "/" + LaunchFiles.serviceName(application), Array(files.service(application).utf8),
            isOurs: isOurs)
        try write(entry, Array(files.entry(offered).utf8), isOurs: isOurs)
        let side = offered.icon.map { icon in Self.sizes.first { $0 >= max(icon.width, icon.height) } ?? icon.width }
        if hadEntry { try removeIcons(application, except: side) }
        guard let icon = offered.icon, let side else { return }
        let picture: [UInt8]
        do throws(PNGError) { picture = try icon.centred(in: side).png(withAlpha: true) } catch {
            throw .icon(application: application, error)
        }
        try system { () throws(SystemCallError) in try Files.makeFolder(iconFolder(side), mode: 0o755) }
        try write(iconFolder(side) + "/" + LaunchFiles.iconName(application), picture) { _ in hadEntry }
    }

    private func remove(_ application: String) throws(InstallationProblem) {
        let entry = entries + "/" + LaunchFiles.entryName(application)
        let service = services + "/" + LaunchFiles.serviceName(application)
        let isOurs: ([UInt8]) -> Bool = { LaunchFiles.owner($0) == application }
        if try content(service).map(isOurs) ?? false { try remove(file: service) }
        guard try content(entry).map(isOurs) ?? false else { return }
        try removeIcons(application, except: nil)
        try remove(file: entry)
    }

    private func removeIcons(_ application: String, except kept: Int?) throws(InstallationProblem) {
        for side in Self.sizes where side != kept {
            let path = iconFolder(side) + "/" + LaunchFiles.iconName(application)
            if Files.exists(path) { try remove(file: path) }
        }
    }

    private func iconFolder(_ side: Int) -> String { "\(folder)/icons/hicolor/\(side)x\(side)/apps" }

    private func write(
        _ path: String, _ bytes: [UInt8], isOurs: ([UInt8]) -> Bool
    ) throws(InstallationProblem) {
        if let old = try content(path) {
            if old == bytes { return }
            guard isOurs(old) else { throw .foreign(path) }
        }
        try system { () throws(SystemCallError) in
            try Files.remove(path + ".new")  // Left by a machine that lost power, or put there for us to follow.
            try Files.replace(path, with: bytes, mode: 0o644)
        }
        Output.line("wrote \(path)")
    }

    private func remove(file path: String) throws(InstallationProblem) {
        try system { () throws(SystemCallError) in try Files.remove(path) }
        Output.line("removed \(path)")
    }

    /// A file's bytes; nil where there is none. What is no plain file, or too long to be ours, is somebody else's.
    private func content(_ path: String) throws(InstallationProblem) -> [UInt8]? {
        do {
            guard try Files.status(path).kind == .file else { throw InstallationProblem.foreign(path) }
            return try Files.read(path, limit: Self.byteLimit)
        } catch let error as SystemCallError where error.code == ENOENT {
            return nil
        } catch Files.ReadError.system(let error) where error.code == ENOENT {
            return nil
        } catch Files.ReadError.tooLarge {
            throw .foreign(path)
        } catch let error as SystemCallError {
            throw .system(error)
        } catch Files.ReadError.system(let error) {
            throw .system(error)
        } catch {
            throw .foreign(path)
        }
    }

    /// An icon of 256×256 that does not compress, and to spare.
    private static let byteLimit = 512 << 10

    private func system<R>(_ body: () throws(SystemCallError) -> R) throws(InstallationProblem) -> R {
        do throws(SystemCallError) { return try body() } catch { throw .system(error) }
    }
}

extension LaunchIcon {
    /// The icon in the middle of a square, for the rest transparent: themes know squares only.
    fileprivate func centred(in side: Int) -> Picture {
        var result = Picture(size: PixelSize(width: side, height: side), fill: Colour(argb: 0))
        let picture = Picture(size: PixelSize(width: width, height: height), pixels: pixels)
        result.copy(picture, x: (side - width) / 2, y: (side - height) / 2)
        return result
    }
}
