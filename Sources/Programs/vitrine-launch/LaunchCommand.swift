internal import Glibc
internal import Launch
internal import LinuxBase
internal import Wire

/// The command line: which of the four things is wanted.
enum LaunchCommand {
    static let defaultSocket = "/run/vitrine/launch.sock"

    static let help = """
        Usage: vitrine-launch [--socket PATH] APPLICATION [--invoice FILE | --code FILE] [--local COMMAND]
               vitrine-launch [--socket PATH] vitrine:APPLICATION[?NAME=VALUE&…] [--local COMMAND]
               vitrine-launch [--socket PATH] --install DIR [--program PATH]
               vitrine-launch [--socket PATH] --dbus APPLICATION [--idle SECONDS]

        Asks this terminal's trusted environment to launch APPLICATION and waits for the outcome.

          --socket PATH     the launch socket (default: $VITRINE_LAUNCH_SOCKET, else \(defaultSocket))
          --invoice FILE    what is to be paid, as lines `name = value` with the names
                            \(InvoiceFile.names.joined(separator: ", "));
                            an address has all of these, percent-encoded, or none
          --code FILE       a picture of a merchant's code instead (EMVCo QR, or a launch address): PBM or PGM;
                            `convert code.png code.pgm` makes one
          --local COMMAND   a shell command to run here instead, if the application is not remote, or is
                            out of reach and may run here; its exit status is then this program's
          --install DIR     writes desktop entries, D-Bus services and icons for the applications that the
                            trusted environment offers, and removes those of applications that are gone.
                            DIR is a data folder, like ~/.local/share or /usr/local/share; run
                            update-desktop-database on DIR/applications afterwards
          --program PATH    the program that these files start (default: this one)
          --dbus            serves org.freedesktop.Application for APPLICATION on the session bus, until it
                            has not been asked for some time; started by the bus
          --idle SECONDS    that time (default: \(defaultIdle))
          --help            this text

        The outcome is one line on standard output. Exit status:
          0 approved, or ended   1 declined   2 wrong usage   3 more is needed
          4 cancelled            5 failed     6 not a remote application
        """

    private static let defaultIdle = 10

    static func run(_ words: [String]) -> Never {
        let arguments: Arguments
        do throws(Arguments.Problem) {
            arguments = try Arguments(
                words,
                options: ["--socket", "--invoice", "--code", "--local", "--install", "--program", "--dbus", "--idle"],
                switches: ["--help"])
        } catch {
            Output.end(.usage, "\(error) (see --help)")
        }
        if arguments.has("--help") {
            Output.line(help)
            exit(Exit.success.rawValue)
        }
        let socket = arguments["--socket"] ?? environment("VITRINE_LAUNCH_SOCKET") ?? defaultSocket
        switch (arguments["--install"], arguments["--dbus"]) {
        case (let folder?, nil):
            only(["--install", "--program"], arguments, words: 0)
            Installation.run(
                folder, program: arguments["--program"], socket: socket, isDefault: socket == defaultSocket)
        case (nil, let application?):
            only(["--dbus", "--idle"], arguments, words: 0)
            guard ApplicationName.isValid(application) else { Output.end(.usage, "--dbus names no application") }
            BusService.run(application, socket: socket, idle: idle(arguments["--idle"]))
        case (nil, nil):
            only(["--invoice", "--code", "--local"], arguments, words: 1)
            ask(request(arguments), socket: socket, local: arguments["--local"])
        default: Output.end(.usage, "--install and --dbus are two commands (see --help)")
        }
    }

    /// Ends with a usage error when there is more than these options and `--socket`, or another number of words.
    private static func only(_ names: Set<String>, _ arguments: Arguments, words: Int) {
        let all = ["--invoice", "--code", "--local", "--install", "--program", "--dbus", "--idle"]
        for name in all where !names.contains(name) && arguments[name] != nil {
            Output.end(.usage, "\(name) does not go with this (see --help)")
        }
        guard arguments.words.count == words else {
            Output.end(.usage, words == 1 ? "give one application (see --help)" : "too many words (see --help)")
        }
    }

    private static func idle(_ text: String?) -> Duration {
        guard let text else { return .seconds(defaultIdle) }
        guard let seconds = Int64(text), (1...3600).contains(seconds) else {
            Output.end(.usage, "--idle: expected seconds, 1…3600")
        }
        return .seconds(seconds)
    }

    private static func request(_ arguments: Arguments) -> LaunchRequest {
        let word = arguments.words[0]
        guard LaunchURI.isAddress(word) else {
            guard let picture = arguments["--code"] else {
                return LaunchRequest(application: word, invoice: arguments["--invoice"].map(invoice))
            }
            guard arguments["--invoice"] == nil else { Output.end(.usage, "either --invoice or --code (see --help)") }
            return LaunchRequest(application: word, invoice: PictureInvoice.read(picture))
        }
        guard arguments["--invoice"] == nil, arguments["--code"] == nil else {
            Output.end(.usage, "an address brings its own invoice")
        }
        do throws(LaunchURIProblem) { return try LaunchURI.parse(word) } catch { Output.end(.usage, "\(error)") }
    }

    private static func ask(_ request: LaunchRequest, socket: String, local: String?) -> Never {
        let application = request.application
        do throws(LaunchError) {
            var call = try LaunchCall(socket, request)
            while true {
                switch try call.next(timeout: nil) {
                case .started: Output.note("\(application): started")
                case .notRemote: notRemote(application, local: local)
                case .refused(let reason): Output.end(.failed, "\(application): refused: \(reason)")
                case .outcome(let outcome): end(outcome)
                case .applications: throw .unexpectedMessage
                }
            }
        } catch {
            if error.isNobodyThere { Output.end(.failed, "no terminal listens at \(socket)") }
            Output.end(.failed, "\(application): \(error)")
        }
    }

    private static func invoice(_ path: String) -> Invoice {
        do {
            return try InvoiceFile.parse(try Files.read(path, limit: InvoiceFile.byteLimit))
        } catch let error as InvoiceProblem {
            Output.end(.usage, "\(path): \(error)")
        } catch Files.ReadError.tooLarge(_, let limit) {
            Output.end(.usage, "\(path): more than the \(limit) bytes an invoice may have")
        } catch Files.ReadError.system(let error) {
            Output.end(.usage, "invoice: \(error)")
        } catch {
            Output.end(.usage, "\(path): \(error)")
        }
    }

    private static func notRemote(_ application: String, local: String?) -> Never {
        guard let local else { Output.end(.notRemote, "\(application): not a remote application of this terminal") }
        do throws(SystemCallError) {
            try Process.replace(with: "/bin/sh", arguments: ["sh", "-c", local])
        } catch {
            Output.end(.failed, "\(error)")
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
        Output.line(line)
        exit(code.rawValue)
    }
}

extension LaunchError {
    /// No terminal listens at the socket.
    var isNobodyThere: Bool {
        guard case .system(let error) = self else { return false }
        return error.isAbsent
    }
}
