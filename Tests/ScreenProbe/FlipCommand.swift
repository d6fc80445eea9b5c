internal import LinuxBase
internal import Measurements
internal import Pictures
internal import Plane

/// `flips N`: shows N pictures as fast as the display takes them, and counts.
enum FlipCommand {
    static func run(_ target: DisplayTarget, count: Int) throws -> Int32 {
        let stage = try Stage(target, size: nil)
        guard let path = stage.display.path else {
            print("no display: \(stage.events)")
            return 1
        }
        if path == .direct { _ = try stage.openBuffers() }
        var free = Array(0..<Stage.count)
        var overtaken = 0
        let start = Clock.now()
        let square = Picture(size: PixelSize(width: 24, height: 24), fill: Colour(red: 255, green: 220, blue: 0))
        let ground = Picture(size: square.size, fill: Colour(red: 0, green: 40, blue: 90))
        for index in 0..<count {
            if path == .direct {
                guard try stage.wait(until: Clock.now() + .seconds(5), { takeReleased(stage, &free) > 0 }) else {
                    print("no buffer came back: \(stage.events)")
                    return 1
                }
                let buffer = free.removeFirst()
                if !stage.display.show(FrameReference(memory: stage.number, buffer: buffer), colour: .unspecified) {
                    overtaken += 1
                    free.append(buffer)
                }
            } else {
                // A small thing moves over the trusted environment's picture, as a key's star does.
                stage.shadow.show(ground, x: (index - 1 + 64) * 8 % (stage.shadow.size.width - 24), y: 200)
                stage.shadow.show(square, x: (index + 64) * 8 % (stage.shadow.size.width - 24), y: 200)
            }
            stage.commit()
            guard try stage.wait(until: Clock.now() + .seconds(5), { stage.display.isSettled }) else {
                print("no flip: \(stage.events)")
                return 1
            }
        }
        _ = takeReleased(stage, &free)
        let seconds = (Clock.now() - start).milliseconds / 1000
        let statistics = stage.display.statistics
        let stumbles = stage.events.filter { if case .stumbled = $0 { true } else { false } }.count
        print(
            "{\"name\":\"flips_\(path.rawValue)\",\"wanted\":\(count),\"commits\":\(statistics.commits),"
                + "\"flips\":\(statistics.flips),\"busy\":\(statistics.busy),\"failures\":\(statistics.failures),"
                + "\"stumbles\":\(stumbles),\"mode_sets\":\(statistics.modeSets),\"refused\":\(overtaken),"
                + "\"commit_us_p95\":\(statistics.commitMicroseconds(share: 0.95)),\"seconds\":\(seconds)}")
        let isGood =
            statistics.commits == count && statistics.flips == count && statistics.busy == 0
            && statistics.failures == 0 && stumbles == 0
        return isGood ? 0 : 1
    }

    /// Buffers that the display has given back; returns how many are free.
    private static func takeReleased(_ stage: Stage, _ free: inout [Int]) -> Int {
        for event in stage.events {
            if case .released(let frame) = event { free.append(frame.buffer) }
        }
        stage.events.removeAll { if case .released = $0 { true } else { false } }
        return free.count
    }
}
