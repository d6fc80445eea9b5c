// vitrine-keypad-probe: kernel keypads on a machine that has some (or a recording of some), for tests and for whoever
// sets a board up. Prints keys: never run it where somebody enters a secret.

import Glibc
import LinuxBase

let usage = """
    usage: vitrine-keypad-probe watch --rules RULES [--map FILE] [--opens PATH]… [--keys N] [--until KEY] [--seconds N]
           vitrine-keypad-probe touch --device PATH [--size WxH] [--rotation DEGREES] [--keys N] [--seconds N]
           vitrine-keypad-probe check [--cycles N] [--keys N]
    """

StandardOutput.flushEachLine()
do {
    let arguments = try Arguments(
        Array(CommandLine.arguments.dropFirst()),
        options: [
            "--rules", "--map", "--opens", "--keys", "--until", "--seconds", "--cycles", "--device", "--size",
            "--rotation",
        ])
    switch arguments.words.first {
    case "watch": try Watch(arguments).run()
    case "touch": try TouchWatch(arguments).run()
    case "check":
        try Check.run(cycles: Int(arguments["--cycles"] ?? "") ?? 100, keys: Int(arguments["--keys"] ?? "") ?? 500)
    default:
        print(usage)
        exit(64)
    }
} catch {
    print("error \(error)")
    exit(1)
}
