import Testing

import Tones

@Suite struct QueueTests {
    /// What is played when the tones come all at once, and nothing is played meanwhile.
    private func played(_ tones: [Tone], while playing: Tone? = nil) -> [Tone] {
        var queue = ToneQueue()
        if let playing {
            queue.add(playing)
            _ = queue.next()
        }
        for tone in tones {
            queue.add(tone)
            #expect(queue.waiting.count < Tone.allCases.count)
        }
        queue.finish()
        var result: [Tone] = []
        while let tone = queue.next() {
            result.append(tone)
            queue.finish()
        }
        return result
    }

    @Test(
        arguments: [
            ([], nil, []), ([.key], nil, [.key]), ([.cardRead, .approved], nil, [.cardRead, .approved]),
            // Nothing that differs is dropped; two of a kind are one, where the newer stands.
            ([.attention, .cardRead, .declined, .approved], nil, [.attention, .cardRead, .declined, .approved]),
            ([.approved, .declined, .approved], nil, [.declined, .approved]),
            ([.attention, .attention, .attention], nil, [.attention]),
            // Clicks that nobody heard yet are one click, and none after something that matters.
            ([.key, .key, .key], nil, [.key]), ([.key, .approved], nil, [.approved]),
            ([.approved, .key], nil, [.approved]),
            ([.key, .key], .key, [.key]), ([.key], .declined, []), ([.approved, .key], .key, [.approved]),
            ([.declined], .declined, [.declined]),
        ] as [([Tone], Tone?, [Tone])])
    func `tones keep their order, and clicks give way`(tones: [Tone], playing: Tone?, expected: [Tone]) {
        #expect(played(tones, while: playing) == expected)
    }

    @Test func `whatever comes, each outcome is begun after it was asked for, and the queue stays short`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var queue = ToneQueue()
            var owed: Set<Tone> = []
            var isPlaying = false
            for _ in 0..<200 {
                switch Int.random(in: 0..<4, using: &random) {
                case 0 where isPlaying:
                    queue.finish()
                    isPlaying = false
                case 1:
                    guard let tone = queue.next() else { continue }
                    isPlaying = true
                    owed.remove(tone)
                default:
                    let tone = Tone.allCases[Int.random(in: 0..<Tone.allCases.count, using: &random)]
                    queue.add(tone)
                    if tone != .key { owed.insert(tone) }
                }
                #expect(queue.waiting.count < Tone.allCases.count)
            }
            queue.finish()
            while let tone = queue.next() {
                owed.remove(tone)
                queue.finish()
            }
            #expect(owed.isEmpty)
        }
    }

    @Test func `one tone plays at a time`() {
        var queue = ToneQueue()
        queue.add(.cardRead)
        queue.add(.approved)
        let first = queue.next()
        let second = queue.next()
        #expect(first == .cardRead && second == nil)
        queue.finish()
        let third = queue.next()
        #expect(third == .approved)
    }
}
