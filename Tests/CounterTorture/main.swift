// vitrine-counter-torture: whole payments, in which one of terminal, server, wallet, bank and line dies at a random moment.
// What the terminal has shown in the end, and what the bank has taken, must be the same: nobody pays twice, nobody pays for a
// "declined", and no "approved" is free.

import Glibc
import LinuxBase
import Measurements
import Rig

let words = Array(CommandLine.arguments.dropFirst())
guard let cycles = words.count == 2 && words[0] == "--cycles" ? Int(words[1]) : nil, cycles > 0 else {
    print("usage: vitrine-counter-torture --cycles N")
    exit(64)
}

/// A function of its own, so that the system is gone before `exit`.
func tortured(_ cycles: Int) throws -> Bool {
    var torture = try Torture()
    for cycle in 0..<cycles {
        try torture.cycle(cycle)
        if cycle % 50 == 49 { print("\(cycle + 1) payments: \(torture.summary)") }
    }
    print("\(cycles) payments: \(torture.summary)")
    return torture.isSound
}

do {
    exit(try tortured(cycles) ? 0 : 1)
} catch {
    print("the torture cannot go on: \(error)")
    exit(70)
}
