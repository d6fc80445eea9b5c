public import Evdev
public import LinuxBase
public import Measurements
public import Wire

/// The board's own keypads: kernel input devices, as many as its rules allow, each grabbed so that no console and no other
/// program sees a key. They may come and go.
///
///     absent ──node appears, or the next look──▶ looked up ──matches a rule──▶ opened ──same device, grabbed──▶ in use
///       ▲                                           │ no rule: left alone         │ not grabbed: closed, reported,   │
///       └───────────────────────────────────────────┴──────────── tried again ────┴───────── unplugged ─────────────┘
///
/// Never waits: poll `watched` until `deadline`, then call `read`.
public struct EvdevKeypad: ~Copyable {
    /// Most keypads in use at once.
    public static let limit = 8
    /// How often it looks for a keypad that is missing when nothing tells of it (a link that appears after its device,
    /// a folder that is not there yet, a grab that another program holds).
    public static let lookEvery: Duration = .milliseconds(250)
    /// Changes that follow one another faster are looked at together.
    public static let lookPause: Duration = .milliseconds(10)
    /// Reports that nobody takes; later ones are dropped.
    static let reportLimit = 64

    private let rules: [KeypadMatch]
    private let map: KeyMap
    private let folders: InputFolders
    private let watch: DirectoryWatch
    private var keypads: [GrabbedKeypad] = []
    /// What the last look left unused, and why, so that it is reported once; by path.
    private var unused: [String: KeypadReport] = [:]
    private var missing: Set<KeypadMatch> = []
    private var reports: [KeypadReport] = []
    private var lastLook = MonotonicTime(nanoseconds: 0)
    private var nextLook: MonotonicTime? = MonotonicTime(nanoseconds: 0)
    /// When the kernel saw the newest key that `read` has returned; nil before the first.
    public private(set) var newestPress: MonotonicTime?

    /// Opens no keypad yet: `deadline` asks for a first `read` at once, and that looks for them. No keypad at all is fine:
    /// `takeReports` says so, and one may come.
    public init(rules: [KeypadMatch], map: KeyMap = .standard, folders: InputFolders = .system) throws(KeysError) {
        do throws(SystemCallError) { watch = try DirectoryWatch() } catch { throw .system(error) }
        self.rules = rules
        self.map = map
        self.folders = folders
    }

    /// What to poll for.
    public var watched: [(descriptor: Int32, events: Poll.Events)] {
        [(watch.descriptor, .readable)] + keypads.map { ($0.descriptor, .readable) }
    }

    /// When to call `read` even if nothing is ready.
    public var deadline: MonotonicTime? {
        keypads.contains(where: \.hasMore) ? MonotonicTime(nanoseconds: 0) : nextLook
    }

    /// Keypads in use.
    public var count: Int { keypads.count }

    /// The keys pressed since the last call, in order; none is not an error. A keypad that fails is let go of and looked
    /// for again; only what ends all keypads is thrown. Never waits.
    public mutating func read(now: MonotonicTime) throws(KeysError) -> [Key] {
        var presses: [GrabbedKeypad.Press] = []
        var isChanged = false
        for keypad in keypads {
            let taken = keypad.take(map)
            presses += taken.presses
            let (path, identity) = (keypad.node.path, keypad.node.identity)
            if taken.overruns > 0 { report(.overrun(path: path, identity, times: taken.overruns)) }
            guard let failure = taken.failure else { continue }
            report(.detached(path: path, identity, failure))
            keypads.removeAll { $0 === keypad }
            if case .gone = failure { isChanged = true }
            // One that is still plugged in would fail again at once.
            nextLook = min(nextLook ?? now + Self.lookEvery, now + Self.lookEvery)
        }
        do throws(SystemCallError) {
            if try watch.takeChanges() { isChanged = true }
        } catch { throw .system(error) }
        if isChanged { nextLook = min(nextLook ?? now, max(now, lastLook + Self.lookPause)) }
        if let next = nextLook, now >= next { try look(now: now) }
        return inOrder(presses)
    }

    /// What happened to keypads since the last call, oldest first.
    public mutating func takeReports() -> [KeypadReport] {
        defer { reports = [] }
        return reports
    }

    /// Of two keypads at once, what was pressed first comes first.
    private mutating func inOrder(_ presses: [GrabbedKeypad.Press]) -> [Key] {
        let sorted = presses.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        if let last = sorted.last { newestPress = last.element.at }
        return sorted.map(\.element.key)
    }

    /// Opens what the rules allow and is not open yet.
    private mutating func look(now: MonotonicTime) throws(KeysError) {
        do throws(SystemCallError) {
            // Before looking: what appears in between is then a change. udev's links are a folder deeper.
            _ = try watch.add(folders.devices)
            _ = try watch.add(folders.devices + "/by-path")
        } catch { throw .system(error) }
        let nodes = nodes()
        unused = unused.filter { path, report in nodes.contains { $0.path == path && report.identity == $0.identity } }
        for node in nodes where isAllowed(node) && !keypads.contains(where: { $0.node.path == node.path }) {
            if case .keyless? = unused[node.path] { continue }
            open(node)
        }
        noteMissing(among: nodes)
        lastLook = now
        let isWaiting = !missing.isEmpty || unused.values.contains { $0.isTriedAgain }
        nextLook = isWaiting ? now + Self.lookEvery : nil
    }

    private func nodes() -> [InputNode] {
        var names: Set<String> = []
        var tags: Set<String> = []
        for rule in rules {
            switch rule {
            case .path(let path): names.insert(path)
            case .tag(let tag): tags.insert(tag)
            case .phys, .usb, .name: break
            }
        }
        return folders.nodes(names: names, tags: tags)
    }

    private func isAllowed(_ node: InputNode) -> Bool { rules.contains { $0.matches(node) } }

    private mutating func open(_ node: InputNode) {
        guard keypads.count < Self.limit else {
            leave(node, .crowded(path: node.path, node.identity, limit: Self.limit))
            return
        }
        do throws(EvdevError) {
            let keypad = try GrabbedKeypad(node)
            // The number may have been given to another device between the look and the opening: look again.
            guard nodes().contains(node) else { throw .replaced(path: node.path) }
            guard keypad.hasKeys else {
                leave(node, .keyless(path: node.path, node.identity))
                return
            }
            keypads.append(keypad)
            unused[node.path] = nil
            report(.attached(path: node.path, node.identity))
        } catch {
            leave(node, .refused(path: node.path, node.identity, error))
        }
    }

    /// A reason is told once, not at every look.
    private mutating func leave(_ node: InputNode, _ reason: KeypadReport) {
        if unused.updateValue(reason, forKey: node.path) != reason { report(reason) }
    }

    private mutating func noteMissing(among nodes: [InputNode]) {
        let absent = rules.filter { rule in !nodes.contains { rule.matches($0) } }
        for rule in absent where !missing.contains(rule) { report(.missing(rule)) }
        missing = Set(absent)
    }

    private mutating func report(_ report: KeypadReport) {
        if reports.count < Self.reportLimit { reports.append(report) }
    }
}

extension KeypadReport {
    fileprivate var identity: InputIdentity? {
        switch self {
        case .attached(_, let identity), .detached(_, let identity, _), .refused(_, let identity, _),
            .keyless(_, let identity), .crowded(_, let identity, _), .overrun(_, let identity, _):
            identity
        case .missing: nil
        }
    }

    /// Waits for something that nobody tells of.
    fileprivate var isTriedAgain: Bool {
        switch self {
        case .refused: true
        case .attached, .detached, .keyless, .crowded, .missing, .overrun: false
        }
    }
}
