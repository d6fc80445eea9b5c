internal import LinuxBase
internal import Measurements
internal import Pictures
internal import Plane

/// `colours`: shows a known picture in all four kinds of Y'CbCr, reads back what the hardware composes, and compares with
/// the equations. One JSON line each.
enum ColourCommand {
    /// Two steps of 255, as promised.
    private static let limit = 2.0

    static func run(_ target: DisplayTarget, size: PixelSize?) throws -> Int32 {
        var target = target
        target.readsBack = true
        let stage = try Stage(target, size: size)
        guard let path = stage.display.path else {
            print("no display: \(stage.events)")
            return 1
        }
        if path == .direct { _ = try stage.openBuffers() }
        var isGood = true
        for (index, colour) in ColourDescription.all.enumerated() {
            let picture = TestPicture(size: stage.stream.size, shift: index * 16)
            try stage.show(picture, buffer: index, colour: colour)
            stage.commit()
            guard try stage.wait(until: Clock.now() + .seconds(20), { stage.display.isSettled }),
                let seen = try stage.display.readBack()
            else {
                print("nothing to read back: \(stage.events)")
                return 1
            }
            let difference = picture.compare(seen, at: stage.stream, colour, limit: limit)
            let strip = trustedPixelsChanged(seen, stage)
            print(
                "{\"name\":\"scanout_\(path.rawValue)\",\"colour\":\"\(colour)\",\"largest\":\(difference.largest),"
                    + "\"beyond_2\":\(difference.beyond),\"strip_changed\":\(strip)}")
            isGood = isGood && difference.beyond == 0 && strip == 0
        }
        print(
            "{\"name\":\"copied_bytes\",\"path\":\"\(path.rawValue)\",\"value\":\(stage.display.statistics.copiedBytes)}"
        )
        return isGood ? 0 : 1
    }

    /// Pixels of the strip that are not exactly what the trusted environment drew.
    private static func trustedPixelsChanged(_ seen: Picture, _ stage: Stage) -> Int {
        var changed = 0
        for y in 0..<stage.stream.y {
            for x in 0..<seen.size.width where seen[x, y] != Stage.trusted(x, y) { changed += 1 }
        }
        return changed
    }
}
