import Glibc
import Launch
import LinuxBase
import PNG
import Pictures
import Testing
import Wire

/// The files that make a desktop know an application, and vitrine-launch --install, which writes them.
@Suite(.serialized) struct LaunchFilesTests {
    private static let validator = "/usr/bin/desktop-file-validate"

    @Test(arguments: [
        ("wallet", "wallet"), ("Wallet2", "Wallet2"), ("2go", "_32go"), ("a-b.c_d", "a_2db_2ec_5fd"), (".", "_2e"),
        ("_", "_5f"), ("-0", "_2d0"),
    ]) func `an application has one name on the bus, and the name one application`(
        application: String, name: String
    ) {
        #expect(ApplicationName.bus(application) == "org.vitrine." + name)
        #expect(ApplicationName.path(application) == "/org/vitrine/" + name)
        #expect(ApplicationName.application(bus: "org.vitrine." + name) == application)
    }

    @Test func `the longest name fits the 255 bytes of a bus name`() {
        #expect(ApplicationName.bus(String(repeating: "_", count: 64)).utf8.count == 204)
    }

    @Test(arguments: [
        "org.vitrine.", "org.vitrine", "org.other.wallet", "org.vitrine._77allet", "org.vitrine.a.b", "org.vitrine.2",
        "org.vitrine.a_", "org.vitrine.a_2", "org.vitrine.a_2D", "org.vitrine.a_c3_a9", "org.vitrine.a-b",
        "org.vitrine.\u{E9}", "org.vitrine.a_00",
    ]) func `a name that is not made so is nobody's`(name: String) {
        #expect(ApplicationName.application(bus: name) == nil)
    }

    @Test func `an entry and a service say what the specifications want`() throws {
        let files = try #require(LaunchFiles(program: "/usr/bin/vitrine-launch", socket: nil))
        let offered = OfferedApplication(application: "w-1", title: "Portefeuille é", icon: testIcon(1, 1))
        #expect(
            files.entry(offered) == """
                [Desktop Entry]
                Type=Application
                Version=1.1
                Name=Portefeuille é
                Exec=/usr/bin/vitrine-launch w-1
                DBusActivatable=true
                Terminal=false
                StartupNotify=false
                Icon=org.vitrine.w_2d1
                X-Vitrine-Application=w-1

                """)
        #expect(
            files.service("w-1") == """
                [D-BUS Service]
                Name=org.vitrine.w_2d1
                Exec=/usr/bin/vitrine-launch --dbus w-1
                X-Vitrine-Application=w-1

                """)
        #expect(files.handler().contains("\nExec=/usr/bin/vitrine-launch -- %u\nMimeType=x-scheme-handler/vitrine;\n"))
        #expect(LaunchFiles.owner(Array(files.entry(offered).utf8)) == "w-1")
        #expect(LaunchFiles.owner(Array(files.service("w-1").utf8)) == "w-1")
        #expect(LaunchFiles.owner(Array(files.handler().utf8)) == nil)
        #expect(LaunchFiles.isHandler(Array(files.handler().utf8)))
    }

    @Test func `texts and paths are escaped as each place wants it`() throws {
        let files = try #require(LaunchFiles(program: "/opt/a b$c\\d\"f/launch", socket: "/run/x%y z"))
        let entry = files.entry(OfferedApplication(application: "w", title: " a\\n\nExec=sh\t\r\u{1}"))
        #expect(entry.contains("\nName=\\sa\\\\n\\nExec=sh\\t\\r \n"))
        #expect(
            entry.contains("\nExec=\"/opt/a b\\\\$c\\\\\\\\d\\\\\"f/launch\" --socket \"/run/x%%y z\" w\n"), "\(entry)")
        #expect(entry.split(separator: "\n").count { $0.hasPrefix("Exec=") } == 1)
        #expect(
            files.service("w").contains(
                "\nExec=\"/opt/a b\\\\$c\\\\\\\\d\\\\\"f/launch\" --socket \"/run/x%y z\" --dbus w\n"))
        #expect(LaunchFiles(program: "relative", socket: nil) == nil)
        #expect(LaunchFiles(program: "/a=b", socket: nil) == nil)
        #expect(LaunchFiles(program: "/a%b", socket: nil) == nil)
        #expect(LaunchFiles(program: "/a\nb", socket: nil) == nil)
        #expect(LaunchFiles(program: "/a", socket: "/a\u{7F}") == nil)
    }

    private let wallet = OfferedApplication(application: "wallet", title: "Wallet", icon: testIcon(60, 40))
    private let other = OfferedApplication(application: "w-1.x", title: "Another: 100 % \\ [x]")

    /// All plain files under a folder, relative to it.
    private func tree(_ folder: String, _ inner: String = "") throws -> [String] {
        try Files.names(in: folder + "/" + inner).flatMap { name -> [String] in
            let path = inner.isEmpty ? name : inner + "/" + name
            return Files.isFolder(folder + "/" + path) ? try tree(folder, path) : [path]
        }
    }

    @Test func `what is offered is installed, changed, and removed again`() throws {
        let side = try RichSide(try Folder())
        let data = side.folder.path + "/share"
        side.offered = [wallet, other]
        let first = try side.launch(["--install", data])
        #expect(first.status == .exited(0), "\(first.errors)")
        let all = [
            "applications/org.vitrine.w_2d1_2ex.desktop", "applications/org.vitrine.wallet.desktop",
            "applications/vitrine-uri-handler.desktop", "dbus-1/services/org.vitrine.w_2d1_2ex.service",
            "dbus-1/services/org.vitrine.wallet.service", "icons/hicolor/64x64/apps/org.vitrine.wallet.png",
        ]
        #expect(try tree(data) == all)
        #expect(first.output.split(separator: "\n").count == all.count)
        for path in all { #expect(try Files.status("\(data)/\(path)").mode == 0o644) }
        let entry = String(
            decoding: try Files.read(data + "/applications/org.vitrine.wallet.desktop", limit: 9999), as: UTF8.self)
        #expect(entry.contains("Exec=\(try RichSide.program()) --socket \(side.socket) wallet\n"))
        let icon = try #require(wallet.icon)
        var picture = Picture(size: PixelSize(width: 64, height: 64), fill: Colour(argb: 0))
        picture.copy(Picture(size: PixelSize(width: 60, height: 40), pixels: icon.pixels), x: 2, y: 12)
        #expect(try Files.read("\(data)/\(all[5])", limit: 1 << 20) == picture.png(withAlpha: true))

        #expect(try side.launch(["--install", data]).output.isEmpty, "what is right is left alone")

        side.offered = [OfferedApplication(application: "wallet", title: "Purse", icon: testIcon(16, 16))]
        let second = try side.launch(["--install", data])
        #expect(second.status == .exited(0), "\(second.errors)")
        #expect(try tree(data) == [all[1], all[2], all[4], "icons/hicolor/16x16/apps/org.vitrine.wallet.png"])

        side.offered = []
        #expect(try side.launch(["--install", data]).status == .exited(0))
        #expect(try tree(data).isEmpty)
    }

    @Test func `files of others are neither written over nor removed`() throws {
        let side = try RichSide(try Folder())
        let data = side.folder.path + "/share"
        side.offered = [wallet]
        let places = [
            "applications/org.vitrine.wallet.desktop", "dbus-1/services/org.vitrine.wallet.service",
            "icons/hicolor/64x64/apps/org.vitrine.wallet.png", "applications/vitrine-uri-handler.desktop",
        ]
        for place in places {
            try? Files.removeTree(data)  // Not there at first.
            try Files.makeFolder(Files.parent(of: "\(data)/\(place)"))
            try Files.replace("\(data)/\(place)", with: Array("[Desktop Entry]\nName=mine\n".utf8))
            let ending = try side.launch(["--install", data])
            #expect(ending.status == .exited(5))
            #expect(ending.errors.contains("\(place) is there already"), "\(ending.errors)")
            #expect(try Files.read("\(data)/\(place)", limit: 999).count == 26)
        }
        try Files.removeTree(data)
        try Files.makeFolder(data + "/applications")
        // A mark in a file of another name, and a link.
        try Files.replace(
            data + "/applications/org.vitrine.copy.desktop", with: Array("X-Vitrine-Application=gone\n".utf8))
        #expect(try side.launch(["--install", data]).status == .exited(0))
        #expect(Files.exists(data + "/applications/org.vitrine.copy.desktop"))
        try Files.remove(data + "/applications/org.vitrine.wallet.desktop")
        try Files.makeLink(data + "/applications/org.vitrine.wallet.desktop", to: "/etc/hostname")
        #expect(try side.launch(["--install", data]).status == .exited(5))
    }

    @Test func `without a terminal nothing is changed`() throws {
        let side = try RichSide(try Folder(), listening: false)
        let ending = try side.launch(["--install", side.folder.path + "/share"])
        #expect(ending.status == .exited(5))
        #expect(ending.errors.contains("no terminal listens at"))
        #expect(!Files.exists(side.folder.path + "/share"))
    }

    @Test(.enabled(if: Files.exists(validator), "desktop-file-utils is not installed"))
    func `freedesktop's own validator has nothing to say`() throws {
        let side = try RichSide(try Folder())
        let data = side.folder.path + "/sh are"
        side.offered = [wallet, other, OfferedApplication(application: "x", title: " \\ \u{202F}%f;é")]
        let program = side.folder.path + "/a $b`\"\\c"
        try Files.makeLink(program, to: try RichSide.program())
        #expect(try side.launch(["--install", data, "--program", program]).status == .exited(0))
        for name in try Files.names(in: data + "/applications") {
            let ending = try side.run(Self.validator, ["\(data)/applications/\(name)"])
            #expect(ending.status == .exited(0) && ending.output.isEmpty && ending.errors.isEmpty, "\(ending)")
        }
    }

    @Test(
        .enabled(
            if: Files.exists("/usr/bin/update-desktop-database") && Files.exists("/usr/bin/gio"),
            "desktop-file-utils and libglib2.0-bin are not installed"))
    func `a desktop finds the handler of an address and starts it`() throws {
        let side = try RichSide(try Folder())
        let data = side.folder.path + "/sh are"
        side.offered = [wallet]
        let program = side.folder.path + "/a $b`\"\\c"
        try Files.makeLink(program, to: try RichSide.program())
        #expect(try side.launch(["--install", data, "--program", program]).status == .exited(0))
        #expect(try side.run("/usr/bin/update-desktop-database", [data + "/applications"]).status == .exited(0))
        let environment = [
            "PATH=/usr/bin:/bin", "XDG_DATA_HOME=\(data)", "XDG_DATA_DIRS=/nowhere", "HOME=\(side.folder.path)",
            "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere",
        ]
        let opened = try side.run(
            "/usr/bin/gio",
            ["open", "vitrine:wallet?amount=1&currency=EUR&merchant=A%20B&account=A&identifier=--local"],
            environment: environment)
        #expect(opened.status == .exited(0), "\(opened)")
        try side.turn { side.asked.isEmpty }
        #expect(side.asked.first?.application == "wallet")
        #expect(side.asked.first?.invoice?.merchant == "A B")
        #expect(side.asked.first?.invoice?.identifier == "--local")
        for client in side.clients { side.answer(.outcome(.ended), to: client) }
    }
}
