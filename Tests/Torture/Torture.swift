import Evidence
import Glibc
import LinuxBase
import Measurements
import Rig
import Seal
import TLS
import TPM

/// What came of it.
struct Tally {
    var opened = 0
    var commits = 0
    var tpmKills = 0
    var oldCopies = 0
    var lockouts = 0
    var lost = 0
    var torn = 0
    var oldCopiesAccepted = 0
    var failures = 0
    var seconds = 0.0

    var holds: Bool { lockouts + lost + torn + oldCopiesAccepted + failures == 0 }

    func json(cycles: Int, seed: UInt64) -> String {
        """
        {"cycles":\(cycles),"seed":\(seed),"seconds":\(Int(seconds)),"opened":\(opened),"commits":\(commits),\
        "tpm_kills":\(tpmKills),"old_copies":\(oldCopies),"lockouts":\(lockouts),"lost":\(lost),"torn":\(torn),\
        "old_copies_accepted":\(oldCopiesAccepted),"failures":\(failures)}
        """
    }
}

/// The parent: kills, swaps and counts.
final class Torture {
    private(set) var tally = Tally()
    // In this order they end.
    private var tpm: SoftwareTPM
    private let folder: TemporaryFolder
    private var random: Generator
    /// The highest number that the child has reported as committed.
    private var committed = 0
    /// Older copies of the folder, with what was committed at least when they were taken.
    private var copies: [(committed: Int, files: [String: [UInt8]])] = []

    private var store: String { folder.path + "/store" }
    private var release: String { folder.path + "/release" }

    init(seed: UInt64) throws {
        random = Generator(state: seed)
        folder = try TemporaryFolder()
        tpm = try SoftwareTPM(folder: folder.path + "/tpm")
        let device = try TPMDevice(tcti: tpm.tcti)
        try device.provision()
        try SealedStore.provision(folder: store, tpm: device, authority: try device.clientPublicKey())
        try Files.replace(release, with: try Self.release(signedBy: device).encoded())
    }

    func run(cycles: Int) throws {
        let start = Clock.now()
        let life = try measureLife()
        for _ in 0..<cycles {
            let lines = try cycle(after: .nanoseconds(Int64.random(in: 0...life.wholeNanoseconds, using: &random)))
            judge(lines.text, tpmWasKilled: lines.tpmWasKilled)
            try checkLockout()
            if Int.random(in: 0..<4, using: &random) == 0 { copies.append((committed, try files())) }
            if copies.count > 8 { copies.removeFirst() }
            if Int.random(in: 0..<4, using: &random) == 0 { try swapIn() }
        }
        // Undisturbed at last.
        judge(try cycle(after: life * 4, sparesTPM: true).text, tpmWasKilled: false)
        try checkLockout()
        tally.seconds = (Clock.now() - start).milliseconds / 1000
    }

    /// The time in which a child opens the store and commits ten times: kills come at any moment of it.
    private func measureLife() throws -> Duration {
        let start = Clock.now()
        var child = try Child.start(store, tpm.tcti, release)
        while !child.text.contains("committed \(committed + 10)\n") { try child.readMore() }
        let life = Clock.now() - start
        child.kill()
        judge(try child.rest(), tpmWasKilled: false)
        return life
    }

    private func cycle(after delay: Duration, sparesTPM: Bool = false) throws -> (text: String, tpmWasKilled: Bool) {
        var child = try Child.start(store, tpm.tcti, release)
        Clock.sleep(delay)
        let killsTPM = !sparesTPM && Int.random(in: 0..<4, using: &random) == 0
        if killsTPM && Bool.random(using: &random) {
            // The TPM goes first; what it answers last is anybody's guess.
            try tpm.stop(orderly: false)
            child.kill()
        } else {
            child.kill()
            if killsTPM { try tpm.stop(orderly: false) }
        }
        let text = try child.rest()
        if killsTPM {
            tally.tpmKills += 1
            try tpm.restart(orderly: false)
        }
        return (text, killsTPM)
    }

    private func judge(_ text: String, tpmWasKilled: Bool) {
        // A line that the kill cut off was never said.
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 1)
            let number = words.count == 2 ? Int(words[1]) : nil
            switch (words.first, number) {
            case ("found", let number?):
                tally.opened += 1
                if number < committed { fault("found \(number) of \(committed)", \.lost, committed - number) }
                if number > committed + 1 { fault("found \(number) of \(committed)", \.failures) }
                committed = max(committed, number)
            case ("committed", let number?):
                tally.commits += 1
                committed = number
            case ("torn", _): fault("records of two commits", \.torn)
            case ("failed", _) where tpmWasKilled: break
            default: fault(String(line), \.failures)
            }
        }
    }

    /// Puts an older copy in the store's place: it must be refused. Then the right one goes back.
    private func swapIn() throws {
        // Older for certain: a commit that was not reported may have been in the copy.
        guard let old = copies.filter({ $0.committed + 2 <= committed }).randomElement(using: &random) else {
            return
        }
        let right = try files()
        try putBack(old.files)
        var child = try Child.start(store, tpm.tcti, release)
        let text = try child.untilFirstLine()
        child.kill()
        tally.oldCopies += 1
        if text.hasPrefix("found") {
            fault("an old copy of \(old.committed) at \(committed)", \.oldCopiesAccepted)
        } else if text != "old\n" {
            fault(text, \.failures)
        }
        _ = try child.rest()
        try putBack(right)
    }

    private func checkLockout() throws {
        if try TPMDevice(tcti: tpm.tcti).lockout().failures > 0 { fault("failures counted by the TPM", \.lockouts) }
    }

    private func fault(_ what: String, _ count: WritableKeyPath<Tally, Int>, _ number: Int = 1) {
        tally[keyPath: count] += number
        say("vitrine-torture: \(what)", to: 2)
    }

    private func files() throws -> [String: [UInt8]] {
        let records = try Files.names(in: store + "/records").map { "records/" + $0 }
        return try (["key", "index"] + records).reduce(into: [:]) {
            $0[$1] = try Files.read(store + "/" + $1, limit: 1 << 20)
        }
    }

    private func putBack(_ files: [String: [UInt8]]) throws {
        try Files.removeTree(store)
        try Files.makeFolder(store + "/records")
        for (name, bytes) in files { try Files.replace(store + "/" + name, with: bytes) }
    }

    private static func release(signedBy maker: TPMDevice) throws -> ReleaseManifest {
        let point = try maker.clientPublicKey()
        var release = ReleaseManifest(
            version: "1", time: 0, generation: 1, measurements: [], authorityX: point.x, authorityY: point.y,
            policies: [])
        let message = release.policyMessage(offset: 0, sha256: Digest.sha256)
        let signature = try maker.sign(digest: Digest.sha256(message))
        release.policies = [ReleaseManifest.Policy(offset: 0, signature: signature.r + signature.s)]
        return release
    }
}

/// A committer, and what it has said.
struct Child: ~Copyable {
    private var process: ChildProcess
    private let ear: Descriptor
    private(set) var text = ""
    private var hasEnded = false

    static func start(_ store: String, _ tcti: String, _ release: String) throws -> Child {
        let path = Process.executablePath() ?? "/proc/self/exe"
        return try UnixSocket.pair().split { (ear, mouth) throws in
            let process = try ChildProcess(
                path, arguments: [path, "--child", store, tcti, release], environment: ["PATH=/usr/bin:/bin"],
                descriptors: [(mouth.raw, 1), (2, 2)])
            return Child(process, ear)
        }
    }

    private init(_ process: consuming ChildProcess, _ ear: consuming Descriptor) {
        self.process = process
        self.ear = ear
    }

    func kill() { process.signal(SIGKILL) }

    mutating func readMore() throws {
        var buffer = [UInt8](repeating: 0, count: 4096)
        guard case .bytes(let count) = try ear.read(into: &buffer) else {
            if hasEnded { throw RigError.wrong("the committer ended: \(text)") }
            hasEnded = true
            return
        }
        text += String(decoding: buffer[..<count], as: UTF8.self)
    }

    mutating func untilFirstLine() throws -> String {
        while !text.contains("\n") && !hasEnded { try readMore() }
        return String(text.prefix { $0 != "\n" }) + "\n"
    }

    /// Everything that was said until the end.
    mutating func rest() throws -> String {
        while !hasEnded { try readMore() }
        _ = try process.wait(timeout: .seconds(5))
        return text
    }
}

/// SplitMix64: reproducible.
struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
