internal import Glibc
internal import LinuxBase
internal import Measurements

/// The side of a desk that lives in the namespaces: a private service, a card on each reader, and requests, one a line,
/// each with one line of answer. Ends with its input.
public final class DeskServer {
    private let service: PrivateService
    private var cards: [Int: VirtualCard] = [:]

    /// This process must be in a network namespace of its own: see `CardDesk`.
    public init(folder: String) throws {
        service = try PrivateService(folder: folder)
        try service.start(hasReaders: true)
    }

    /// Serves until the input ends.
    public func run() throws {
        StandardOutput.flushEachLine()
        print("ready")
        while let line = readLine() {
            let answer: String
            do {
                answer = try "ok" + serve(line.split(separator: " ").map(String.init)).map { " " + $0 }.joined()
            } catch {
                answer = "error \(error)".replacing("\n", with: " ")
            }
            print(answer)
        }
        for card in cards.values { card.remove() }
        try service.stop(isOrderly: true)
    }

    private func serve(_ words: [String]) throws -> [String] {
        switch words.first {
        case "insert":
            let slot = try slot(words)
            guard let description = CardDescription(words: Array(words.dropFirst(2))) else {
                throw CardKitError.service("no such card")
            }
            cards.removeValue(forKey: slot)?.remove()
            cards[slot] = try VirtualCard(description, slot: slot)
            return ["\(Clock.now().nanoseconds)"]
        case "remove":
            let card = cards.removeValue(forKey: try slot(words))
            card?.remove()
            return ["\(Clock.now().nanoseconds)"]
        case "exchanges":
            let exchanges = cards[try slot(words)]?.exchanges ?? []
            return exchanges.flatMap { ["\($0.received.nanoseconds)", "\($0.answered.nanoseconds)"] }
        case "stop", "kill":
            try service.stop(isOrderly: words.first == "stop")
            return ["\(Clock.now().nanoseconds)"]
        case "start":
            try service.start(hasReaders: words.last != "bare")
            return ["\(Clock.now().nanoseconds)"]
        case "unplug":
            try service.unplug()
            return ["\(Clock.now().nanoseconds)"]
        case "plug":
            try service.plug()
            return ["\(Clock.now().nanoseconds)"]
        case "freeze":
            service.signal(SIGSTOP)
            return []
        case "thaw":
            service.signal(SIGCONT)
            return []
        case "process": return [service.process.map { "\($0)" } ?? "none"]
        default: throw CardKitError.service("no such request")
        }
    }

    private func slot(_ words: [String]) throws -> Int {
        guard words.count > 1, let slot = Int(words[1]), (0...1).contains(slot) else {
            throw CardKitError.service("no such reader")
        }
        return slot
    }
}
