// vitrine-torture: pulls the plug on the sealed store, again and again: a child process commits records without end,
// and is killed at random moments, sometimes together with its TPM; sometimes the folder is swapped for an older copy.
// What was committed must be there afterwards, what is old must be refused, and the TPM must not lock.

import Glibc
import LinuxBase

let usage = """
    Usage: vitrine-torture [--cycles N] [--seed S]

      Prints one line of JSON. Exit status: 0 all held, 1 something was lost or an old copy was accepted, 64 wrong usage,
      70 the torture itself failed
    """

func say(_ text: String, to number: Int32 = 1) {
    let bytes = Array((text + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
}

/// A function of its own, so that the TPM and the folder are gone before `exit`.
func tortured(cycles: Int, seed: UInt64) throws -> Tally {
    let torture = try Torture(seed: seed)
    try torture.run(cycles: cycles)
    return torture.tally
}

Signals.ignoreBrokenPipes()
do {
    let arguments = try Arguments(
        Array(CommandLine.arguments.dropFirst()), options: ["--cycles", "--seed"], switches: ["--child", "--help"])
    if arguments.has("--help") {
        say(usage)
        exit(0)
    }
    if arguments.has("--child") { exit(Committer.run(arguments.words)) }
    guard let cycles = Int(arguments["--cycles"] ?? "1000"), cycles > 0,
        let seed = UInt64(arguments["--seed"] ?? "\(Clock.secondsSince1970())"), arguments.words.isEmpty
    else { throw Arguments.Problem.bad(name: "--cycles or --seed", value: "", expected: "a number") }
    let tally = try tortured(cycles: cycles, seed: seed)
    say(tally.json(cycles: cycles, seed: seed))
    exit(tally.holds ? 0 : 1)
} catch let problem as Arguments.Problem {
    say("vitrine-torture: \(problem)\n\(usage)", to: 2)
    exit(64)
} catch {
    say("vitrine-torture: \(error)", to: 2)
    exit(70)
}
