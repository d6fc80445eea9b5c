import Measurements
import Pictures
import Plane
import Testing

@Suite struct ScanoutTests {
    private let now = MonotonicTime(nanoseconds: 1)

    private func video(_ buffer: Int, memory: Int = 1) -> Scanout.Video {
        .init(frame: FrameReference(memory: memory, buffer: buffer), colour: .unspecified)
    }

    private func lit() -> Scanout {
        var scanout = Scanout()
        _ = scanout.lit(with: Scanout.Composition(primary: 0, video: nil))
        return scanout
    }

    @Test func `one commit is in flight, and what is overtaken is given back at once`() {
        var scanout = lit()
        let result1 = scanout.want(video(0))
        #expect(result1.isEmpty)
        let first = scanout.nextToken()
        scanout.begin(.init(primary: 0, video: video(0)), token: first, at: now)
        #expect(!scanout.mayCommit)
        let result2 = scanout.want(video(1))
        #expect(result2.isEmpty)
        // Frame 1 was never shown: frame 2 is newer.
        let result3 = scanout.want(video(2))
        #expect(result3 == [FrameReference(memory: 1, buffer: 1)])
        #expect(scanout.held.map(\.buffer).sorted() == [0, 2])
        let result4 = scanout.flipped(token: first)
        #expect(result4?.isEmpty == true)
        let second = scanout.nextToken()
        scanout.begin(.init(primary: 0, video: video(2)), token: second, at: now)
        // Frame 0 stays until frame 2 is on the screen.
        #expect(scanout.held.map(\.buffer).sorted() == [0, 2])
        let result5 = scanout.flipped(token: second)
        #expect(result5 == [FrameReference(memory: 1, buffer: 0)])
    }

    @Test func `a flip that nobody waits for says nothing`() {
        var scanout = lit()
        let early = scanout.flipped(token: 0)
        let token = scanout.nextToken()
        scanout.begin(.init(primary: 1, video: nil), token: token, at: now)
        let (foreign, own, again) = (
            scanout.flipped(token: token + 1), scanout.flipped(token: token), scanout.flipped(token: token)
        )
        #expect(early == nil)
        #expect(foreign == nil)
        #expect(own != nil)
        #expect(again == nil)
        #expect(scanout.onScreen?.primary == 1)
    }

    @Test func `what the stream shows outlives the display`() {
        var scanout = lit()
        _ = scanout.want(video(3))
        scanout.begin(.init(primary: 0, video: video(3)), token: scanout.nextToken(), at: now)
        _ = scanout.want(video(4))
        let result6 = scanout.darkened()
        #expect(result6 == [FrameReference(memory: 1, buffer: 3)])
        #expect(scanout.video == video(4))
        #expect(scanout.held.map(\.buffer) == [4])
        let result7 = scanout.want(nil)
        #expect(result7 == [FrameReference(memory: 1, buffer: 4)])
    }

    /// A decoder has nine buffers, six of which it may need itself.
    @Test func `whatever happens, three pictures at most are held`() {
        var random = SystemRandomNumberGenerator()
        var scanout = lit()
        var out: Set<FrameReference> = []
        for step in 0..<20_000 {
            var released: Set<FrameReference> = []
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                let next = FrameReference(memory: 1, buffer: step)
                out.insert(next)
                released = scanout.want(.init(frame: next, colour: .unspecified))
            case 2 where scanout.mayCommit && scanout.onScreen != nil:
                let token = scanout.nextToken()
                scanout.begin(.init(primary: step & 1, video: scanout.video), token: token, at: now)
            case 3: if let flight = scanout.inFlight { released = scanout.flipped(token: flight.token) ?? [] }
            case 4 where step % 7 == 0: released = scanout.darkened()
            case 5 where scanout.onScreen == nil: released = scanout.lit(with: .init(primary: 0, video: scanout.video))
            default: break
            }
            #expect(released.isSubset(of: out))
            out.subtract(released)
            #expect(out == scanout.held)
            #expect(out.count <= 3)
        }
    }
}

@Suite struct DisplayLifeTests {
    private func at(_ milliseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    @Test func `dark, it searches at once and four times a second, and asks the screen once a second`() {
        var life = DisplayLife(now: at(0))
        var searches: [UInt64: Bool] = [:]
        for time in stride(from: UInt64(0), through: 2000, by: 50) {
            if case .search(let probing)? = life.due(at(time)) { searches[time] = probing }
        }
        #expect(searches.keys.sorted() == [0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000])
        #expect(searches.filter(\.value).keys.sorted() == [0, 1000, 2000])
    }

    @Test func `a chattering cable is asked four times a second`() {
        var life = DisplayLife(now: at(0))
        _ = life.due(at(0))
        life.found(at(1))
        var probes: [UInt64] = []
        for time in stride(from: UInt64(10), through: 1000, by: 10) {
            for action in [life.hardwareChanged(at(time)), life.due(at(time))] where action == .check(probing: true) {
                probes.append(time)
            }
        }
        #expect(probes == [250, 500, 750, 1000])
    }

    @Test func `what the kernel says once is looked at, if later`() {
        var life = DisplayLife(now: at(0))
        _ = life.due(at(0))
        life.found(at(1))
        let early = life.hardwareChanged(at(100))
        #expect(early == nil)
        #expect(life.deadline == at(250))
        let late = life.due(at(250))
        #expect(late == .check(probing: true))
    }

    @Test func `the same reason is news once`() {
        var life = DisplayLife(now: at(0))
        let news = [life.lost(.disconnected, at(0)), life.lost(.disconnected, at(250)), life.lost(.taken, at(500))]
        #expect(news == [true, false, true])
        life.found(at(600))
        let again = life.lost(.taken, at(700))
        #expect(again)
        // A display that is lost is looked for without a pause.
        #expect(life.deadline == at(700))
    }

    @Test func `one that goes on failing is tried less and less often, until pictures get through`() {
        var life = DisplayLife(now: at(0))
        var pauses: [Duration] = []
        for _ in 0..<7 {
            life.pause(at(0))
            pauses.append((life.deadline ?? at(0)) - at(0))
        }
        #expect(
            pauses == [
                .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(8), .seconds(8),
            ])
        life.proved()
        life.pause(at(0))
        #expect(life.deadline == at(500))
    }

    @Test func `lit, it looks once a second`() {
        var life = DisplayLife(now: at(0))
        _ = life.due(at(0))
        life.found(at(10))
        let (early, due) = (life.due(at(1009)), life.due(at(1010)))
        #expect(early == nil)
        #expect(due == .check(probing: false))
    }

    @Test func `away, it keeps its hands off`() {
        var life = DisplayLife(now: at(0))
        life.found(at(0))
        life.leave()
        #expect(life.deadline == nil)
        let (change, loss) = (life.hardwareChanged(at(100)), life.lost(.disconnected, at(100)))
        #expect(change == nil)
        #expect(!loss)
        #expect(life.state == .away)
        let back = life.enter(at(5000))
        #expect(back == .search(probing: true))
        life.found(at(5001))
        #expect(life.state == .lit)
    }
}
