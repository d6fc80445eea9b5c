import LinuxBase
import Measurements
import Sound
import Testing

import Tones

/// With the real library: what was played is read back.
@Suite struct PlayingTests {
    @Test(arguments: Tone.allCases) func `what is played is what was made, to the sample`(tone: Tone) throws {
        let (device, file) = Studio.recorder("single-\(tone)")
        let heard = Notes<Void>()
        var speaker = Speaker(device: device, level: 80) { report in
            #expect(report == .playing(device: device))
            heard.add(())
        }
        speaker.play(tone) { false }
        _ = consume speaker  // Closes the device, which ends the file.
        #expect(heard.all.count == 1)
        let played = try Studio.samples(in: file)
        let made = Synthesis.samples(of: tone, level: 80)
        #expect(Array(played.prefix(made.count)) == made)
        #expect(played.dropFirst(made.count).allSatisfy { $0 == 0 }, "no more than silence follows")
        let analysis = Analysis(samples: played)
        #expect(analysis.sounds.count == tone.notes.count)
    }

    @Test func `what waits at the end is heard, in order, and nothing that comes later`() throws {
        let (device, file) = Studio.recorder("player")
        let reports = Notes<ToneReport>()
        let player = try TonePlayer(device: device, level: 60) { reports.add($0) }
        for tone in [Tone.cardRead, .approved, .attention, .declined] { player.play(tone) }
        player.finish()
        player.play(.key)
        player.play(.approved)
        let isOver = player.wait(limit: .seconds(10))
        #expect(isOver && reports.all == [.playing(device: device)])
        let expected = [Tone.cardRead, .approved, .attention, .declined]
            .flatMap { Synthesis.samples(of: $0, level: 60) }
        let played = try Studio.samples(in: file)
        // A device is fed in whole periods: a gap of silence may follow a tone.
        #expect(played.filter { $0 != 0 } == expected.filter { $0 != 0 })
        #expect(player.wait(limit: .zero), "the end stays the end")
    }

    @Test func `a player that is dropped lets go of its device without anybody waiting for it`() throws {
        let (device, _) = Studio.recorder("dropped")
        let reports = Notes<ToneReport>()
        var player: TonePlayer? = try TonePlayer(device: device) { reports.add($0) }
        player?.play(.attention)
        let notYet = player?.wait(limit: .milliseconds(1))
        #expect(notYet == false, "nobody asked it to end")
        let begun = Clock.now()
        player = nil
        #expect(Clock.now() - begun < .milliseconds(50))
    }

    /// The recorder's file is the device's plug: a full one (ENOSPC) breaks in the middle, a missing one cannot be
    /// opened.
    @Test func `a device that breaks while it plays, and comes back, is told and used again`() throws {
        let (device, file) = Studio.recorder("unplugged")
        try Files.makeLink(file, to: "/dev/full")
        let reports = Notes<ToneReport>()
        var speaker = Speaker(device: device, level: 80, retryEvery: .seconds(600)) { reports.add($0) }
        speaker.play(.approved) { false }
        speaker.play(.key) { false }
        speaker.play(.declined) { false }
        try #require(reports.all.count == 1, "\(reports.all)")
        guard case .silent = reports.all[0] else {
            Issue.record("\(reports.all[0])")
            return
        }
        try Files.remove(file)
        speaker.play(.key) { false }
        #expect(reports.all.count == 1 && !Files.exists(file), "a click does not look for the device so soon")
        speaker.play(.declined) { false }
        #expect(reports.all.last == .playing(device: device))
        speaker.play(.key) { false }
        _ = consume speaker
        let expected = [Tone.declined, .key].flatMap { Synthesis.samples(of: $0, level: 80) }
        #expect(try Studio.samples(in: file).filter { $0 != 0 } == expected.filter { $0 != 0 })
        #expect(reports.all.count == 2)
    }

    @Test func `a device that comes later is found`() throws {
        let device = Studio.device("later")
        let reports = Notes<ToneReport>()
        let player = try TonePlayer(device: device, level: 80, retryEvery: .milliseconds(20)) { reports.add($0) }
        player.play(.key)
        #expect(reports.wait(1) == [.silent(.missing(device: device))])
        try Studio.add(device)
        let deadline = Clock.now() + .seconds(10)
        while reports.all.count < 2, Clock.now() < deadline {
            player.play(.key)
            Clock.sleep(.milliseconds(10))
        }
        #expect(reports.all.last == .playing(device: device))
    }

    @Test func `what is captured has the pitches, lengths and level of the tone, and no clicks`() throws {
        for tone in Tone.allCases {
            let (device, file) = Studio.recorder("analysed-\(tone)")
            var speaker = Speaker(device: device, level: 100) { _ in }
            speaker.play(tone) { false }
            _ = consume speaker
            let analysis = Analysis(samples: try Studio.samples(in: file))
            let sounds = analysis.rhythm.filter(\.isSound)
            try #require(sounds.count == tone.notes.count)
            for (index, note) in tone.notes.enumerated() {
                let pitch = analysis.strongest(in: analysis.sounds[index], step: 2)
                #expect(abs(pitch - note.pitch) < (tone == .key ? 30 : 5), "\(tone): \(pitch) Hz")
                // The ends of a note are below what is heard: up to two windows of 4 ms shorter, or one longer.
                let missing = note.length / .milliseconds(1) - sounds[index].milliseconds
                #expect((-4...9).contains(missing), "\(tone): \(sounds[index].milliseconds) ms")
            }
            let level = Double(analysis.peak) / 32_768
            #expect(tone == .key ? (0.18...0.25).contains(level) : (0.38...0.5).contains(level), "\(tone): \(level)")
            #expect(analysis.steepest < 0.12)
            print(
                "\(tone): \(sounds.map { Int($0.milliseconds) }) ms, peak \(level), steepest \(analysis.steepest)")
        }
    }

    @Test(arguments: [
        ("absent", "there is no sound device absent"), ("no-such-name", "there is no sound device no-such-name"),
    ]) func `a device that is not there is a report, once, and nobody waits for it`(
        name: String, words: String
    ) throws {
        let reports = Notes<ToneReport>()
        let player = try TonePlayer(device: Studio.device(name)) { reports.add($0) }
        for _ in 0..<50 {
            let begun = Clock.now()
            player.play(.key)
            player.play(.attention)
            #expect(Clock.now() - begun < .milliseconds(50))
            Clock.sleep(.milliseconds(2))
        }
        #expect(reports.wait(1) == [.silent(.missing(device: name))])
        #expect(reports.all.first?.description == "no tones: \(words)")
    }

    @Test func `what cannot be opened is an error that says what was asked`() throws {
        for name in ["absent", "no-such-name", ""] {
            let device = Studio.device(name)
            #expect(throws: SoundError.missing(device: device)) { _ = try SoundOutput(device, rate: 48_000) }
        }
    }

    @Test func `a device is written to again after its end`() throws {
        let (device, file) = Studio.recorder("again")
        let samples = [Int16](repeating: 99, count: 5000)
        do {
            var output = try SoundOutput(device, rate: 48_000)
            for _ in 0..<3 {
                var rest = samples[...]
                while !rest.isEmpty { rest = rest.dropFirst(try output.write(rest)) }
                var isOver = false
                while !isOver { isOver = try output.finish() }
            }
        }
        #expect(try Studio.samples(in: file).filter { $0 == 99 }.count == 15_000)
    }

    @Test func `asking for a tone costs its caller microseconds`() throws {
        let player = try TonePlayer(device: Studio.device("silence")) { _ in }
        var times: [Double] = []
        for index in 0..<2000 {
            let begun = Clock.now()
            player.play(Tone.allCases[index % Tone.allCases.count])
            times.append((Clock.now() - begun).milliseconds)
        }
        let p95 = try #require(Percentiles(times).p95)
        print("a tone asked for: p95 \(p95 * 1000) µs")
        #expect(p95 < 1)
    }

    @Test func `all tones are made well within the time of one key`() throws {
        let begun = Clock.now()
        for tone in Tone.allCases { _ = Synthesis.samples(of: tone, level: 100) }
        let time = (Clock.now() - begun).milliseconds
        print("all tones made in \(time) ms")
        #expect(time < 100)
    }
}
