// vitrine-bench: the figures of SPECIFICATION.md, measured on the whole system.

import Glibc
import LinuxBase
import Rig

StandardOutput.flushEachLine()
Signals.ignoreBrokenPipes()
do {
    exit(try measure() ? 0 : 1)
} catch {
    print("bench failed: \(error)")
    exit(1)
}

/// True when every promise was kept or nobody insists. A function, so that the rig has ended before the program does.
func measure() throws -> Bool {
    let arguments = try Arguments(
        Array(CommandLine.arguments.dropFirst()), options: ["--json"], switches: ["--short", "--strict"])
    var options = Rig.Options()
    options.applications = ["shop"]
    let rig = try Rig(options)
    try rig.startTerminal()
    var bench = Bench(rig: rig, effort: arguments.has("--short") ? .short : Bench.Effort())
    try bench.run()
    bench.figures.printTable()
    if let path = arguments["--json"] { try bench.figures.write(path) }
    let broken = bench.figures.all.filter { !$0.isKept }
    if !broken.isEmpty { print("\nnot kept: " + broken.map(\.name).joined(separator: ", ")) }
    return broken.isEmpty || !arguments.has("--strict")
}
