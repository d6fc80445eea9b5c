// vitrine-measure: runs once in a boot, before the trusted environment: extends a register of the TPM by the digest of
// each of its programs, and writes down what it measured, so that a server can follow. Judges nothing.

internal import Glibc
internal import LinuxBase

let help = """
    Usage: vitrine-measure --tcti TCTI --log FILE [--register N] NAME=PATH…

      NAME=PATH           the file, under the name that the log gives it; measured in the order given
      --log FILE          the event log to write; it must not be there yet: put it where a restart clears it (/run)
      --register N        the register to extend (default: 14)
      --tcti TCTI         the TPM: device:/dev/tpmrm0, or swtpm:path=SOCKET for development

    Exit status: 0 done, 64 wrong usage, 66 a file cannot be read, 69 TPM not usable, 73 the log is there already or
    cannot be written
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
do throws(Problem) {
    try Measuring(words).run()
} catch {
    say("vitrine-measure: \(error.text)", to: 2)
    exit(error.code)
}
