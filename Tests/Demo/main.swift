// vitrine-demo: one real session from launch to outcome on one machine, looked at as it happens.

import Glibc
import LinuxBase
import Rig

StandardOutput.flushEachLine()
Signals.ignoreBrokenPipes()
do {
    let arguments = try Arguments(
        Array(CommandLine.arguments.dropFirst()), options: ["--pictures", "--port"], switches: ["--interactive"])
    if arguments.has("--interactive") {
        try interactive(port: arguments["--port"] ?? "5907")
    } else {
        exit(try walk(pictures: arguments["--pictures"] ?? ".build/demo") ? 0 : 1)
    }
} catch {
    print("demo failed: \(error)")
    exit(1)
}

/// True when everything was as it should be.
func walk(pictures: String) throws -> Bool {
    print("Preparing: software TPM, authority, server, enrolment, sealed store …")
    let rig = try Rig()
    try rig.startTerminal()
    try rig.event("link_up")
    var walk = Walk(rig: rig, report: try Report(folder: pictures))
    do {
        try walk.home()
        try walk.payment()
        try walk.otherAnswers()
        try walk.window()
        try walk.unknown()
    } catch {
        print(rig.logs())
        throw error
    }
    print("\n\(walk.report.checks - walk.report.failures) passed, \(walk.report.failures) failed")
    print("Pictures: \(pictures)")
    if walk.report.failures > 0 { print(rig.logs()) }
    return walk.report.failures == 0
}

/// Leaves the system running, to be watched and typed at with a VNC viewer, until it is interrupted.
func interactive(port: String) throws {
    var options = Rig.Options()
    options.watched = "rfb:127.0.0.1:\(port)"
    let rig = try Rig(options)
    try rig.startTerminal()
    let invoice = try rig.invoice(amount: "24.90")
    print(
        """

        The terminal runs. Watch it and type at it (loopback only, no password: for development):

            xtigervncviewer 127.0.0.1::\(port)

        Keys: digits, Return for OK, Escape for Cancel, Backspace for Clear. The demo user's code is \(options.code).
        Start the wallet from another shell, as the rich side would:

            \(try Programs.path("vitrine-launch")) --socket \(rig.launchSocket) wallet --invoice \(invoice)

        Logs: \(rig.terminalLog), \(rig.serverLog)
        Control-C ends everything and removes \(rig.folder).
        """)
    let stop = try Signals.descriptor(for: [.interrupt, .terminate])
    _ = try Poll.wait(for: stop.raw, events: .readable, timeout: nil)
}
