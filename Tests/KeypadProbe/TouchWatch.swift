import LinuxBase
import Measurements
import Pictures
import Touch

/// Prints what a touch panel does, one line each, for a test that reads along:
///
///     panel "…" (…)
///     down 0 at 100,200       phase, slot, pixel; `palm` behind it for one
///     interrupted             contacts were lost
struct TouchWatch {
    let path: String
    let screen: PixelSize
    let rotation: PanelMapping.Rotation
    /// Ends after so many lifted fingers, or so much time.
    let lifts: Int
    let time: Duration

    init(_ arguments: Arguments) throws {
        path = try arguments.required("--device")
        let sides = (arguments["--size"] ?? "800x480").split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2,
            let rotation = PanelMapping.Rotation(rawValue: Int(arguments["--rotation"] ?? "0") ?? -1)
        else { throw Problem("--size is WIDTHxHEIGHT, --rotation 0, 90, 180 or 270") }
        screen = PixelSize(width: sides[0], height: sides[1])
        self.rotation = rotation
        lifts = Int(arguments["--keys"] ?? "") ?? .max
        time = .seconds(Int(arguments["--seconds"] ?? "") ?? 10)
    }

    func run() throws {
        var panel = try TouchPanel(path, screen: screen, rotation: rotation)
        print("panel \(panel.identity)")
        let end = Clock.now() + time
        var count = 0
        while count < lifts, Clock.now() < end {
            _ = try Poll.wait(for: panel.descriptor, events: .readable, timeout: end - Clock.now())
            let taken = panel.read()
            if taken.isInterrupted { print("interrupted") }
            for contact in taken.contacts {
                let palm = contact.isPalm ? " palm" : ""
                print("\(contact.phase) \(contact.slot) at \(contact.x),\(contact.y)\(palm)")
                if contact.phase == .up { count += 1 }
            }
            if let failure = taken.failure { throw failure }
        }
    }
}
