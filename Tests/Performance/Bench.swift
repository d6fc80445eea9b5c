import Launch
import LinuxBase
import Measurements
import Pictures
import Plane
import Rig
import WalletScreens

/// The measurements, each on the real system through TLS.
struct Bench {
    struct Effort {
        var launches = 40
        var windows = 10
        var keys = 400
        var windowKeys = 200
        var idle = Duration.seconds(60)

        /// For `make test`: every measurement runs, the figures are only rough.
        static let short = Effort(launches: 3, windows: 1, keys: 20, windowKeys: 10, idle: .seconds(6))
    }

    let rig: Rig
    let effort: Effort
    var figures = Figures()

    init(rig: Rig, effort: Effort) {
        self.rig = rig
        self.effort = effort
    }

    mutating func run() throws {
        try rig.event("link_up")
        try launches()
        try nativeKeys()
        try windowKeys()
    }

    // MARK: Launch

    /// A launch under way, and when it was asked for. The launcher stays connected for as long as the value lives.
    private struct Asked: ~Copyable {
        let call: LaunchCall
        let at: MonotonicTime
    }

    /// Asks as `vitrine-launch` does, without the start of a process; returns when the request was written.
    private func ask(_ application: String) throws -> Asked {
        let invoice = try InvoiceFile.parse(try Files.read(try rig.invoice(amount: "24.90"), limit: 8192))
        let at = Clock.now()
        return Asked(
            call: try LaunchCall(rig.launchSocket, LaunchRequest(application: application, invoice: invoice)), at: at)
    }

    private mutating func launches() throws {
        var hold: [Double] = []
        var first: [Double] = []
        for _ in 0..<effort.launches {
            let mark = try rig.mark()
            let asked = try ask("wallet")
            first.append((try rig.event("shown", from: mark).at - asked.at).milliseconds)
            hold.append((try rig.event("hold", from: mark).at - asked.at).milliseconds)
            try leave(asked, from: mark)
        }
        try figures.add("launch_to_hold_ms_p95", Percentiles(hold).p95, "ms", n: hold.count, promised: 20)
        try figures.add("launch_to_hold_ms_p50", Percentiles(hold).p50, "ms", n: hold.count)
        try figures.add(
            "launch_to_first_frame_native_cold_ms_p95", Percentiles(first).p95, "ms", n: first.count, promised: 500)
        try figures.add("launch_to_first_frame_native_cold_ms_p50", Percentiles(first).p50, "ms", n: first.count)
        var windows: [Double] = []
        for _ in 0..<effort.windows {
            let mark = try rig.mark()
            let asked = try ask("calculator")
            windows.append((try rig.event("shown", from: mark, timeout: .seconds(20)).at - asked.at).milliseconds)
            try leave(asked, from: mark)
        }
        try figures.add("launch_to_first_frame_x11_cold_ms_p95", Percentiles(windows).p95, "ms", n: windows.count)
        try pages()
    }

    /// A web page in a browser that starts for it.
    private mutating func pages() throws {
        var first: [Double] = []
        var sizes: [Double] = []
        for _ in 0..<effort.windows {
            let mark = try rig.mark()
            let asked = try ask("shop")
            first.append((try rig.event("shown", from: mark, timeout: .seconds(40)).at - asked.at).milliseconds)
            _ = try rig.settledPicture(quiet: .milliseconds(400))
            let cell = try (rig.serverProcess.map { try Rig.descendants(of: $0) }) ?? []
            // One of them may just have ended.
            sizes.append(Double(cell.reduce(0) { $0 + ((try? Rig.proportionalMemory($1)) ?? 0) }) / 1024)
            try leave(asked, from: mark)
        }
        try figures.add(
            "launch_to_first_frame_web_cold_ms_p95", Percentiles(first).p95, "ms", n: first.count, promised: 3000)
        try figures.add("launch_to_first_frame_web_cold_ms_p50", Percentiles(first).p50, "ms", n: first.count)
        try figures.add("cell_web_pss_mib_p95", Percentiles(sizes).p95, "MiB", n: sizes.count, promised: 400)
    }

    /// Leaves the application and waits for the home screen.
    private func leave(_ asked: consuming Asked, from mark: Int) throws {
        try rig.type("cancel", "cancel")
        try rig.event("home", from: mark)
    }

    // MARK: Keys

    private mutating func nativeKeys() throws {
        let mark = try rig.mark()
        let asked = try ask("wallet")
        try rig.event("shown", from: mark)
        let stars = try starPixels()
        let plane = try rig.plane()
        var times: [Double] = []
        var sequence: UInt64 = 8  // Keys that finding the pixels took.
        var answers: [UInt64] = []
        while times.count < effort.keys {
            for star in stars {
                sequence += 1
                times.append(try time("4", until: plane, star))
                answers.append(sequence)
                Clock.sleep(.milliseconds(Int64.random(in: 15...30)))
            }
            sequence += 1
            try rig.type("clear")
            let last = sequence
            try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= last }
        }
        try figures.add("key_to_pixel_native_ms_p50", Percentiles(times).p50, "ms", n: times.count, promised: 4)
        try figures.add("key_to_pixel_native_ms_p95", Percentiles(times).p95, "ms", n: times.count, promised: 8)
        try bytes(of: answers, from: mark)
        try idle(after: sequence, from: mark)
        try memory()
        try leave(asked, from: mark)
    }

    /// For each star the pixel that changes most when it appears, found by typing all four and clearing: eight keys are
    /// used (four digits, clear, clear three times more, so that the count is known).
    private func starPixels() throws -> [(x: Int, y: Int, before: Colour, after: Colour)] {
        let before = try rig.settledPicture(quiet: .milliseconds(150))
        try rig.type("4", "4", "4", "4")
        let after = try rig.settledPicture(quiet: .milliseconds(150))
        try rig.type("clear", "clear", "clear", "clear")
        _ = try rig.settledPicture(quiet: .milliseconds(150))
        let layout = WalletLayout(size: PixelSize(width: rig.options.size.width, height: rig.options.size.height - 32))
        return try layout.stars.map { star in
            let area = star.offset(x: 0, y: 32)
            var best = (x: 0, y: 0, apart: 0)
            for y in area.y..<area.maxY {
                for x in area.x..<area.maxX {
                    let apart = Self.distance(before[x, y], after[x, y])
                    if apart > best.apart { best = (x, y, apart) }
                }
            }
            guard best.apart > 100 else { throw RigError.wrong("no star was seen in \(area)") }
            return (best.x, best.y, before[best.x, best.y], after[best.x, best.y])
        }
    }

    private static func distance(_ a: Colour, _ b: Colour) -> Int {
        abs(Int(a.red) - Int(b.red)) + abs(Int(a.green) - Int(b.green)) + abs(Int(a.blue) - Int(b.blue))
    }

    /// From the key's write to the commit with which the pixel is nearer to what it should become than to what it was.
    private func time(
        _ key: String, until plane: borrowing PlaneFile, _ star: (x: Int, y: Int, before: Colour, after: Colour)
    ) throws -> Double {
        let at = try rig.type(key)
        let deadline = at + .seconds(2)
        while Clock.now() < deadline {
            let last = plane.sequence
            let colour = plane.pixel(star.x, star.y)
            if Self.distance(colour, star.after) < Self.distance(colour, star.before) {
                // The pixel may have been seen before its commit: that commit is the one that counts.
                while plane.committed < at && Clock.now() < deadline {}
                return (plane.committed - at).milliseconds
            }
            _ = plane.wait(after: last, timeout: .milliseconds(5), interval: .microseconds(20))
        }
        throw RigError.timedOut(waitingFor: "the star of a key", log: rig.logs())
    }

    /// What each key cost on the wire, downwards: TCP payload from the picture before to the picture that answers it.
    private mutating func bytes(of answers: [UInt64], from mark: Int) throws {
        var reader = TimelineReader(path: rig.timelineFile)
        try reader.refresh()
        let shown = reader.events[mark...].filter { $0.name == "shown" }
        let units = reader.events[mark...].filter { $0.name == "unit" }
        var wire: [Double] = []
        var video: [Double] = []
        var parts: [(server: Double, terminal: Double, decode: Double)] = []
        for answer in answers {
            guard let index = shown.firstIndex(where: { ($0["answered"] ?? 0) >= answer }), index > shown.startIndex,
                let now = shown[index]["received"], let before = shown[index - 1]["received"]
            else { continue }
            wire.append(Double(now - before))
            if let unit = units.first(where: { $0["sequence"] == shown[index]["sequence"] }) {
                video.append(Double(unit["bytes"] ?? 0))
                parts.append(
                    (
                        Double(unit["server_us"] ?? 0) / 1000, (shown[index].at - unit.at).milliseconds,
                        Double(shown[index]["decode_us"] ?? 0) / 1000
                    ))
            }
        }
        try figures.add("key_wire_bytes_p50", Percentiles(wire).p50, "bytes", n: wire.count, promised: 250)
        try figures.add("key_wire_bytes_p95", Percentiles(wire).p95, "bytes", n: wire.count)
        try figures.add("key_video_bytes_p50", Percentiles(video).p50, "bytes", n: video.count)
        // Where a key's time goes: from capture to send, and from arrival to commit with the decoder's part of it.
        try figures.add("key_server_encode_ms_p50", Percentiles(parts.map(\.server)).p50, "ms", n: parts.count)
        try figures.add("key_terminal_ms_p50", Percentiles(parts.map(\.terminal)).p50, "ms", n: parts.count)
        try figures.add("key_decode_ms_p50", Percentiles(parts.map(\.decode)).p50, "ms", n: parts.count)
        // One picture in, one picture out.
        try figures.add(
            "decoder_pictures_held_back", Double(units.count - shown.count), "count", n: units.count, promised: 0)
    }

    private mutating func idle(after sequence: UInt64, from mark: Int) throws {
        _ = try rig.settledPicture()
        let start = try rig.mark()
        try rig.type("4")
        let first = try rig.event("key", from: start)
        try rig.event("shown", from: start) { ($0["answered"] ?? 0) > sequence }
        let still = try rig.mark()
        Clock.sleep(effort.idle)
        var reader = TimelineReader(path: rig.timelineFile)
        try reader.refresh()
        let video = reader.events[still...].filter { $0.name == "unit" }.reduce(0) { $0 + ($1["bytes"] ?? 0) }
        try figures.add("idle_video_bytes_60s", Double(video), "bytes", n: 1, promised: 0)
        let shown = reader.events.last { $0.name == "shown" }
        try rig.type("4")
        let second = try rig.event("key", from: still)
        let seconds = (second.at - (shown?.at ?? first.at)).milliseconds / 1000
        let down = Double((second["received"] ?? 0) - (shown?["received"] ?? 0))
        try figures.add("idle_wire_bytes_per_5s_down", down / seconds * 5, "bytes", n: 1)
    }

    private mutating func memory() throws {
        guard let terminal = rig.terminalProcess else { throw RigError.wrong("no terminal") }
        let decoders = try Rig.children(of: terminal)
        let own = try Rig.proportionalMemory(terminal)
        let each = try decoders.map { try Rig.proportionalMemory($0) }.sorted()
        // The running one and the spare.
        guard !each.isEmpty else { throw RigError.wrong("no decoder") }
        try figures.add("terminal_pss_mb", Double(each.reduce(own, +)) / 1024, "MB", n: 1, promised: 60)
    }

    private mutating func windowKeys() throws {
        let mark = try rig.mark()
        let asked = try ask("calculator")
        try rig.event("shown", from: mark, timeout: .seconds(20))
        _ = try rig.settledPicture()
        let plane = try rig.plane()
        var times: [Double] = []
        for number in 0..<effort.windowKeys {
            let last = plane.sequence
            // Two digits in turn change the display each time; every eighth key clears it, which is not counted.
            let isClear = number % 8 == 7
            let at = try rig.type(isClear ? "clear" : (number.isMultiple(of: 2) ? "4" : "7"))
            guard plane.wait(after: last, timeout: .seconds(2), interval: .microseconds(20)) else {
                if isClear { continue }
                throw RigError.timedOut(waitingFor: "the calculator's answer", log: rig.logs())
            }
            if !isClear { times.append((plane.committed - at).milliseconds) }
            Clock.sleep(.milliseconds(Int64.random(in: 30...45)))
        }
        try figures.add("key_to_pixel_x11_ms_p50", Percentiles(times).p50, "ms", n: times.count, promised: 6)
        try figures.add("key_to_pixel_x11_ms_p95", Percentiles(times).p95, "ms", n: times.count)
        var reader = TimelineReader(path: rig.timelineFile)
        try reader.refresh()
        let server = reader.events[mark...].filter { $0.name == "unit" }.map { Double($0["server_us"] ?? 0) / 1000 }
        try figures.add("key_x11_server_encode_ms_p50", Percentiles(server).p50, "ms", n: server.count)
        try leave(asked, from: mark)
    }
}
