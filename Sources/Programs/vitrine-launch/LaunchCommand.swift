internal import Glibc
internal import Launch
internal import LinuxBase
internal import Wire

/// How vitrine-launch ends; scripts depend on the numbers.
enum Exit: Int32 {
    /// Approved, or ended without a payment.
    case success = 0
    case declined = 1
    case usage = 2
    case needsMore = 3
    case cancelled = 4
    case failed = 5
    case notRemote = 6
}

enum LaunchCommand {
    static let defaultSocket = "/run/vitrine/launch.sock"

    static let help = """
        Usage: vitrine-launch [--socket PATH] APPLICATION [--invoice FILE] [--local COMMAND]

        Asks this terminal's trusted environment to launch APPLICATION and waits for the outcome.

          --socket PATH     the launch socket (default: $VITRINE_LAUNCH_SOCKET, else \(defaultSocket))
          --invoice FILE    what is to be paid, as lines `name = value` with the names
                            \(InvoiceFile.names.joined(separator: ", "))
          --local COMMAND   a shell command to run here instead, if the application is not remote;
                            its exit status is then this program's
          --help            this text

        The outcome is one line on standard output. Exit status:
          0 approved, or ended   1 declined   2 wrong usage   3 more is needed
          4 cancelled            5 failed     6 not a remote application
        """

    static func run(_ words: [String]) -> Never {
        let arguments: Arguments
        do throws(Arguments.Problem) {
            arguments = try Arguments(
                words, options: ["--socket", "--invoice", "--local"], switches: ["--help"])
        } catch {
            end(.usage, "\(error) (see --help)")
        }
        if arguments.has("--help") {
            say(help, to: stdoutNumber)
            exit(Exit.success.rawValue)
        }
        guard arguments.words.count == 1, let application = arguments.words.first else {
            end(.usage, "give one application (see --help)")
        }
        let request = LaunchRequest(application: application, invoice: arguments["--invoice"].map(invoice))
        let path = arguments["--socket"] ?? environment("VITRINE_LAUNCH_SOCKET") ?? defaultSocket
        do throws(LaunchError) {
            var call = try LaunchCall(path, request)
            while true {
                switch try call.next(timeout: nil) {
                case .started: say("\(application): started", to: stderrNumber)
                case .notRemote: notRemote(application, local: arguments["--local"])
                case .refused(let reason): end(.failed, "\(application): refused: \(reason)")
                case .outcome(let outcome): end(outcome)
                }
            }
        } catch {
            if case .system(let system) = error, system.isAbsent {
                end(.failed, "no terminal listens at \(path)")
            }
            end(.failed, "\(application): \(error)")
        }
    }

    private static func invoice(_ path: String) -> Invoice {
        do {
            return try InvoiceFile.parse(try Files.read(path, limit: InvoiceFile.byteLimit))
        } catch let error as InvoiceProblem {
            end(.usage, "\(path): \(error)")
        } catch Files.ReadError.tooLarge(_, let limit) {
            end(.usage, "\(path): more than the \(limit) bytes an invoice may have")
        } catch Files.ReadError.system(let error) {
            end(.usage, "invoice: \(error)")
        } catch {
            end(.usage, "\(path): \(error)")
        }
    }

    private static func notRemote(_ application: String, local: String?) -> Never {
        guard let local else { end(.notRemote, "\(application): not a remote application of this terminal") }
        do throws(SystemCallError) {
            try Process.replace(with: "/bin/sh", arguments: ["sh", "-c", local])
        } catch {
            end(.failed, "\(error)")
        }
    }

    private static func end(_ outcome: Outcome) -> Never {
        let (line, code): (String, Exit) =
            switch outcome {
            case .approved(let reference): ("approved \(reference)", .success)
            case .declined(let reason): ("declined \(reason)", .declined)
            case .needsMore(let request): ("needs more \(request)", .needsMore)
            case .ended: ("ended", .success)
            case .cancelled: ("cancelled", .cancelled)
            case .failed(let reason): ("failed \(reason)", .failed)
            }
        say(line, to: stdoutNumber)
        exit(code.rawValue)
    }

    private static func end(_ code: Exit, _ problem: String) -> Never {
        say("vitrine-launch: \(problem)", to: stderrNumber)
        exit(code.rawValue)
    }

    private static let stdoutNumber: Int32 = 1
    private static let stderrNumber: Int32 = 2

    private static func say(_ text: String, to number: Int32) {
        let bytes = Array((text + "\n").utf8)
        // A reader that has gone away is no reason for another exit status.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
