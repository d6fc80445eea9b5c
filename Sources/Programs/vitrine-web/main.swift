// vitrine-web: first program of a web cell's window: a Chromium without an address line, that sees one site and nothing
// else, and the line between that site's page and the server.
//
// The site is the application's folder `www`; no network is needed for it, and none is there. Chromium keeps its own
// sandbox inside the cell. Page and server talk through Chromium's debugging pipe, which nobody else holds.

internal import LinuxBase
internal import Wire

guard CommandLine.arguments.count == 2 else {
    print("usage: vitrine-web https://SITE/PAGE")
    exitNow(64)
}

do {
    var host = try WebHost(start: CommandLine.arguments[1])
    exitNow(try host.run())
} catch {
    print("vitrine-web: \(error)")
    exitNow(70)
}
