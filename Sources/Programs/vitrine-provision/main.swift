// vitrine-provision: the factory's and the operator's hand on a terminal: makes its keys and its sealed store, has it
// enrolled, installs what the operator exports, keeps stored data. Not needed in daily running; shows no record's content.

internal import Glibc
internal import LinuxBase

let help = """
    Usage: vitrine-provision enrol --store DIR --tcti TCTI --terminal NAME --server HOST:PORT
           vitrine-provision init --store DIR --tcti TCTI --terminal NAME --request FILE
           vitrine-provision install --store DIR --tcti TCTI FILE
           vitrine-provision data set|remove NAME --store DIR --tcti TCTI
           vitrine-provision pin-key IDENTIFIER --store DIR --tcti TCTI
           vitrine-provision list|status --store DIR --tcti TCTI
           vitrine-provision retire --store DIR

      enrol     init, a request to `vitrinectl terminal enrol --listen` at HOST:PORT, and install of its answer
      init      makes the terminal's keys in the TPM and its sealed store, where they are absent, and writes a request
                for enrolment to FILE
      install   FILE is the answer of `vitrinectl terminal enrol`, which only this TPM can open, or an export of
                `vitrinectl table export`; all of it is checked before any of it is stored
      data set  stores a user's datum (account, identity, …) from the standard input, at most 256 bytes; it is released
                only to applications whose row in the correspondence table names it
      pin-key   puts in the terminal's initial key for PINs (AES DUKPT, ANSI X9.24-3), hexadecimal, from the standard
                input; IDENTIFIER: its 16 hexadecimal digits, another for each terminal and each key
      list      names and sizes of the records
      status    the TPM's counters and lock-out, the store's release
      retire    moves the store aside, for a new enrolment; nothing of it opens again once the TPM is cleared

      --tcti TCTI         the TPM: device:/dev/tpmrm0, or swtpm:path=SOCKET for development; one
                          process at a time has the store: stop vitrine-terminal first
      --release FILE      the release manifest of the image (default: /usr/lib/vitrine/release.cbor); the store opens
                          under its release and later ones of the same maker
      --screen WxH        the screen in pixels, for logos and fonts (default: 800x480)
      --fingerprint F     the short fingerprint that the operator's side shows: the answer is taken if it is the same
      --replace           make a new store although this TPM had one: after a loss, see Enrolment.md
      --yes               take the answer without comparing fingerprints (development, or a network that is trusted)

    Exit status: 0 done, 64 wrong usage, 65 bad input or altered store, 66 no such file, 69 TPM not usable,
    73 cannot write, 76 the fingerprints differ
    """

func say(_ text: String, to number: Int32 = 1) {
    let bytes = Array((text + "\n").utf8)
    // A reader that has gone away changes nothing about what was done.
    _ = unsafe bytes.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
}

let words = Array(CommandLine.arguments.dropFirst())
if words.contains("--help") {
    say(help)
    exit(0)
}

Signals.ignoreBrokenPipes()
do {
    try Process.keepMemoryPrivate()
    // Advisory here: a run is short.
    _ = try Process.lockAllMemory()
    try Command(words).run()
} catch let problem as Problem {
    say("vitrine-provision: \(problem.text)", to: 2)
    exit(problem.code)
} catch {
    say("vitrine-provision: \(error)", to: 2)
    exit(ExitCode.cannotCreate)
}
