import LinuxBase
import Measurements
import Pictures
import Rig

/// Prints as it goes, keeps the pictures, and counts what is not as it should be.
struct Report {
    let folder: String
    private(set) var failures = 0
    private(set) var checks = 0

    init(folder: String) throws {
        self.folder = folder
        try Files.makeFolder(folder, mode: 0o755)
    }

    func title(_ text: String) { print("\n\(text)\n" + String(repeating: "─", count: text.count)) }

    mutating func check(_ what: String, _ holds: Bool, _ detail: String) {
        checks += 1
        if !holds { failures += 1 }
        print("  \(holds ? "✓" : "✗") \(what): \(detail)")
    }

    func keep(_ picture: Picture, as name: String) throws { try PictureFile.write(picture, "\(folder)/\(name).png") }

    /// What happened since the launch, in milliseconds, with the bytes that had crossed the network by then.
    func timeline(_ events: ArraySlice<TimelineEvent>) {
        guard let launch = events.first(where: { $0.name == "launch" }) else { return }
        title("time line (ms after the launch; bytes are TCP payload since the step before)")
        var received: UInt64?
        var sent: UInt64?
        for event in events where event.at >= launch.at && Self.steps.contains(event.name) {
            var line = "  " + Self.padded((event.at - launch.at).milliseconds, 9) + "  " + event.name
            switch event.name {
            case "key": line += " \(event["sequence"] ?? 0)"
            case "shown": line += " picture \(event["sequence"] ?? 0), answers key \(event["answered"] ?? 0)"
            case "unit": line += " \(event["bytes"] ?? 0) bytes of video"
            default: break
            }
            if let down = event["received"], let up = event["sent"] {
                if let before = received, let beforeUp = sent, down >= before, up >= beforeUp {
                    line += "   ↓ \(down - before) ↑ \(up - beforeUp)"
                }
                (received, sent) = (down, up)
            }
            print(line)
        }
    }

    private static let steps: Set<String> = [
        "launch", "hold", "accepted", "unit", "shown", "key", "outcome", "outcome_shown", "home",
    ]

    static func padded(_ value: Double, _ width: Int) -> String {
        let tenths = Int((value * 10).rounded())
        let text = "\(tenths / 10).\(tenths % 10)"
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
