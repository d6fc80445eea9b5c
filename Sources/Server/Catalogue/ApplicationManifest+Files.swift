internal import LinuxBase

extension ApplicationManifest {
    static let logoBytes = 1 << 20
    /// Longest side of a logo, pixels.
    static let logoSide = 1024
    /// Where the application's own files are inside the cell.
    static let inside = "/app/"

    /// The X server that a window application's own root must bring.
    static let windowServer = "/usr/bin/Xtigervnc"

    /// Checks what the manifest says of files against the files; `folder` is the application's own, `/app` inside.
    func checkFiles(in folder: String) throws(CatalogueError) {
        if let page {
            let status = try? Files.status("\(folder)/www/\(page)")  // What cannot be looked at is not there.
            guard status?.kind == .file else { throw .manifest(key: "page", problem: "www/\(page) is not a file") }
        }
        if root == .host, command.first?.hasPrefix(Self.inside) == true {
            let program = String(command[0].dropFirst(Self.inside.count))
            let status = try? Files.status(folder + "/" + program)  // What cannot be looked at is not there.
            guard let status, status.kind != .special, status.kind != .folder else {
                throw .manifest(key: "command", problem: "\(command[0]) is not in the folder")
            }
            guard status.kind == .link || status.mode & 0o111 != 0 else {
                throw .manifest(key: "command", problem: "\(command[0]) is not executable")
            }
        }
        if let logo { try Self.checkLogo(logo, in: folder) }
    }

    /// The same for an image's root; `folder` is the whole of it.
    func checkFiles(ofRoot folder: String) throws(CatalogueError) {
        let image = ImageRoot(folder: folder)
        guard image.hasNothingForLoader else {
            throw .badImage(
                "its /etc is a link, or has \(ImageRoot.preload), which the jailer's loader would follow, too")
        }
        guard image.isProgram(command[0]) else {
            throw .manifest(key: "command", problem: "\(command[0]) is no program of the image")
        }
        guard kind != .window || image.isProgram(Self.windowServer) else {
            throw .badImage("an image with a root of its own that is a window brings \(Self.windowServer), too")
        }
        if let logo {
            // Read from outside, where a link means something else.
            let path = Self.inside + logo
            guard image.resolve(path).map({ "/" + $0 }) == path else {
                throw .manifest(key: "logo", problem: "\(logo) is not a file of the image's \(Self.inside)")
            }
            try Self.checkLogo(logo, in: folder + "/app")
        }
    }

    private static func checkLogo(_ logo: String, in folder: String) throws(CatalogueError) {
        let path = folder + "/" + logo
        guard let status = try? Files.status(path), status.kind == .file else {  // As above.
            throw .manifest(key: "logo", problem: "\(logo) is not a file of the folder")
        }
        let bytes: [UInt8]
        do { bytes = try Files.read(path, limit: logoBytes) } catch {
            throw .manifest(key: "logo", problem: "\(logo) has more than \(logoBytes) bytes")
        }
        // PNG (ISO/IEC 15948): eight bytes of signature, then IHDR with width and height.
        guard bytes.count >= 24, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
            bytes[12..<16].elementsEqual("IHDR".utf8)
        else { throw .manifest(key: "logo", problem: "\(logo) is not a PNG picture") }
        let sides = [bytes[16..<20], bytes[20..<24]].map { $0.reduce(0) { $0 << 8 | Int($1) } }
        guard sides.allSatisfy((1...logoSide).contains) else {
            throw .manifest(key: "logo", problem: "\(logo) is \(sides[0])×\(sides[1]); at most \(logoSide) each way")
        }
    }
}
