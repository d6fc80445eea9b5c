internal import LinuxBase

extension ApplicationManifest {
    static let logoBytes = 1 << 20
    /// Longest side of a logo, pixels.
    static let logoSide = 1024
    /// Where the application's own files are inside the cell.
    static let inside = "/app/"

    /// Checks what the manifest says of files against the files.
    func checkFiles(in folder: String) throws(CatalogueError) {
        if let page {
            let status = try? Files.status("\(folder)/www/\(page)")  // What cannot be looked at is not there.
            guard status?.kind == .file else { throw .manifest(key: "page", problem: "www/\(page) is not a file") }
        }
        if command.first?.hasPrefix(Self.inside) == true {
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
