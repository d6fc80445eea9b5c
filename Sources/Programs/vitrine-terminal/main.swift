// vitrine-terminal: the trusted environment. The only process with the TPM, the screen, the keypad and the network;
// holds no application code. One thread, one loop; what parses video runs in vitrine-decoder.

import Glibc
import LinuxBase
import Logging

/// Exit codes of sysexits.h, so that the service manager can tell a bad installation from a passing fault.
enum ExitCode {
    static let usage: Int32 = 64
    static let dataError: Int32 = 65
    static let software: Int32 = 70
}

let words = Array(CommandLine.arguments.dropFirst())
if words.contains("--help") {
    print(Options.usage)
    exit(0)
}

LoggingSystem.bootstrap(StreamLogHandler.standardError)
var log = Logger(label: "vitrine-terminal")

let options: Options
do throws(Arguments.Problem) {
    options = try Options(words)
} catch {
    log.critical("\(error); --help shows the usage")
    exit(ExitCode.usage)
}
if options.verbose { log.logLevel = .debug }

Signals.ignoreBrokenPipes()
do {
    // Before anything secret is in memory.
    try Process.keepMemoryPrivate()
    if try !Process.lockAllMemory() {
        log.warning("memory is not locked: secrets may be swapped out (LimitMEMLOCK=infinity, or no swap at all)")
    }
    let environment = try TrustedEnvironment(options, log: log)
    try environment.run()
} catch let problem as StartProblem {
    log.critical("cannot start: \(problem)")
    exit(problem.exitCode)
} catch {
    log.critical("stopped: \(error)")
    exit(ExitCode.software)
}
