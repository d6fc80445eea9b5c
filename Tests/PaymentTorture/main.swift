// vitrine-payment-torture: kills and cuts whatever takes part in a payment, again and again: a gateway's process, the
// issuer's, and the line between them, at random moments. At the end the issuer's ledger and everything that was told
// must agree: each approved payment has taken money once, each other one none, and none is left open.

import Glibc
import LinuxBase

let usage = """
    Usage: vitrine-payment-torture [--cycles N] [--seed S]

      Prints one line of JSON. Exit status: 0 all held, 1 money was taken twice, lost, or a payment was left open,
      64 wrong usage, 70 the torture itself failed

      vitrine-payment-torture --gateway JOURNAL --port P --answer MS
      A gateway that is told what to pay on its standard input; for the torture and for tests.
    """

func say(_ text: String, to number: Int32 = 1) {
    let bytes = Array((text + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
}

/// A function of its own, so that all processes are gone before `exit`.
func tortured(cycles: Int, seed: UInt64) throws -> Tally {
    let torture = try Torture(seed: seed)
    try torture.run(cycles: cycles)
    return torture.tally
}

Signals.ignoreBrokenPipes()
do {
    let arguments = try Arguments(
        Array(CommandLine.arguments.dropFirst()),
        options: ["--cycles", "--seed", "--gateway", "--port", "--answer"], switches: ["--help"])
    if arguments.has("--help") {
        say(usage)
        exit(0)
    }
    if let journal = arguments["--gateway"] {
        guard let port = Int(arguments["--port"] ?? ""), let answer = Int(arguments["--answer"] ?? "20000") else {
            throw Arguments.Problem.bad(name: "--port", value: "", expected: "a number")
        }
        try await GatewayChild.run(journal: journal, port: port, answer: .milliseconds(answer))
        exit(0)
    }
    guard let cycles = Int(arguments["--cycles"] ?? "1000"), cycles > 0,
        let seed = UInt64(arguments["--seed"] ?? "\(Clock.secondsSince1970())"), arguments.words.isEmpty
    else { throw Arguments.Problem.bad(name: "--cycles or --seed", value: "", expected: "a number") }
    let tally = try tortured(cycles: cycles, seed: seed)
    say(tally.json(cycles: cycles, seed: seed))
    exit(tally.holds ? 0 : 1)
} catch let problem as Arguments.Problem {
    say("vitrine-payment-torture: \(problem)\n\(usage)", to: 2)
    exit(64)
} catch {
    say("vitrine-payment-torture: \(error)", to: 2)
    exit(70)
}
