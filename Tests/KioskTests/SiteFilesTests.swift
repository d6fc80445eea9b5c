import Kiosk
import LinuxBase
import Testing

@Suite struct SiteFilesTests {
    private func site(_ body: (SiteFiles) throws -> Void) throws {
        let folder = "/tmp/vitrine-site-\(Process.number)-\(try Random.bytes(4).map { "\($0)" }.joined())"
        defer { try? Files.removeTree(folder) }
        try Files.makeFolder(folder)
        try Files.makeFolder(folder + "/www")
        try Files.makeFolder(folder + "/www/café")
        for (path, text) in [
            ("www/index.html", "page"), ("www/café/menü.js", "script"), ("www/.hidden.html", "no"), ("www/notes", "no"),
            ("secret.html", "no"),
        ] { try Files.replace("\(folder)/\(path)", with: Array(text.utf8)) }
        try body(SiteFiles(folder: folder + "/www", origin: "https://shop.vitrine.internal"))
    }

    @Test func `a site's own files are there, with their types`() throws {
        try site { site in
            let page = site.answer(to: "https://shop.vitrine.internal/index.html?x=1#top")
            #expect(page == .file(type: "text/html; charset=utf-8", bytes: Array("page".utf8)))
            let script = site.answer(to: "https://shop.vitrine.internal/caf%C3%A9/men%c3%bc.js")
            #expect(script == .file(type: "text/javascript; charset=utf-8", bytes: Array("script".utf8)))
        }
    }

    @Test(arguments: [
        "", "missing.html", "../secret.html", "%2e%2e/secret.html", "café/../../secret.html", "..%2fsecret.html",
        ".hidden.html", "notes", "%00index.html", "index.html%00.html", "%ff.html", "%zz.html", "%2.html",
        "//index.html",
    ])
    func `nothing else is`(path: String) throws {
        try site { #expect($0.answer(to: "https://shop.vitrine.internal/" + path) == .missing) }
    }

    @Test(arguments: [
        "http://shop.vitrine.internal/index.html", "https://shop.vitrine.internal.example/index.html",
        "https://shop.vitrine.internal:444/index.html", "https://user@shop.vitrine.internal/index.html",
        "file:///etc/passwd", "chrome://version/", "https://example.com/",
    ])
    func `other sites are refused`(url: String) throws {
        try site { #expect($0.answer(to: url) == .refused("another site")) }
    }
}
