internal import LinuxBase
internal import Measurements
internal import Pictures
internal import Plane

/// `keep SECONDS`: keeps a picture on the display, whatever happens to the display, and tells what happens: one JSON line
/// an event, with the milliseconds since the start and since the display went dark.
enum KeepCommand {
    static func run(_ target: DisplayTarget, size: PixelSize?, seconds: Int) throws -> Int32 {
        let start = Clock.now()
        let stage = try Stage(target, size: size)
        var told = 0
        var dark: MonotonicTime?
        func tell() {
            for event in stage.events[told...] {
                let now = Clock.now()
                let time = "\"ms\":\(Int((now - start).milliseconds))"
                switch event {
                case .lit(let explanation, _):
                    let away = dark.map { Int((now - $0).milliseconds) } ?? 0
                    print("{\"event\":\"lit\",\(time),\"dark_ms\":\(away),\"what\":\"\(explanation)\"}")
                    dark = nil
                case .dark(let reason):
                    print("{\"event\":\"dark\",\(time),\"reason\":\"\(reason)\"}")
                    dark = dark ?? now
                case .stumbled(let reason): print("{\"event\":\"stumbled\",\(time),\"reason\":\"\(reason)\"}")
                case .flipped, .released, .streamLost: break
                }
            }
            told = stage.events.count
        }
        StandardOutput.flushEachLine()
        tell()
        let end = start + .seconds(seconds)
        while Clock.now() < end {
            _ = try stage.wait(until: end) { stage.events.count > told }
            tell()
        }
        print(
            "{\"event\":\"end\",\"lit\":\(stage.display.path != nil),\"mode_sets\":\(stage.display.statistics.modeSets)}"
        )
        return 0
    }
}
