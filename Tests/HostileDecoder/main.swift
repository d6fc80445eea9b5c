// vitrine-hostile-decoder: a decoder in an attacker's hands from its first access unit on. It comes up like vitrine-decoder,
// with the same codec, seat and cage, and then performs the act that the access unit names. It answers with a frame whose
// time is the act's errno, 0 when it did what it wanted, or dies trying. Started without arguments it is in the cage.

import CHostileActs
import Cage
import Codec
import Confinement
import Decoder
import Glibc
import LinuxBase

let usage = """
    usage: vitrine-hostile-decoder                       as the terminal starts it: in the cage
           vitrine-hostile-decoder --uncaged             without any cage: what the acts can do by themselves
           vitrine-hostile-decoder --landlock            with Landlock alone
           vitrine-hostile-decoder --threaded            with a second thread before the cage closes
           vitrine-hostile-decoder --victim              to be attacked: prints PROCESS:ADDRESS of eight bytes
           vitrine-hostile-decoder --parent EXECUTABLE ACT   a terminal with that decoder: submits the act, prints the process
           vitrine-hostile-decoder --without CALL[=ERRNO] EXECUTABLE   runs a program where a call fails, or, with 0, only \
    says that it worked
    """

Signals.ignoreBrokenPipes()
StandardOutput.flushEachLine()
do {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case nil: try HostileService.live(.full)
    case "--uncaged": try HostileService.live(.none)
    case "--landlock": try HostileService.live(.landlock)
    case "--threaded":
        _ = CHostileActs_start_thread()
        try HostileService.live(.full)
    case "--victim": Victim.live()
    case "--parent" where words.count == 3: try Parent.live(executable: words[1], act: words[2])
    case "--without" where words.count == 3: try Without.run(words[1], words[2])
    default:
        print(usage)
        exit(2)
    }
} catch {
    print("vitrine-hostile-decoder: \(error)")
    exit(1)
}
