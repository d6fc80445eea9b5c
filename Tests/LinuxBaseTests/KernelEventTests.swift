import Glibc
import LinuxBase
import Measurements
import Testing

/// A message as the kernel makes it.
private func message(_ lines: [String]) -> [UInt8] { lines.flatMap { Array($0.utf8) + [0] } }

private let plugged = [
    "change@/devices/platform/vkms/drm/card1", "ACTION=change", "DEVPATH=/devices/platform/vkms/drm/card1",
    "SUBSYSTEM=drm", "HOTPLUG=1", "CONNECTOR=58", "DEVNAME=dri/card1", "DEVTYPE=drm_minor", "SEQNUM=873", "MAJOR=226",
    "MINOR=1",
]

@Suite struct KernelEventTests {
    @Test func `a message of the kernel's is read whole`() throws {
        let event = try #require(KernelEvent(message(plugged)[...]))
        #expect(event.action == "change" && event.subsystem == "drm")
        #expect(event.devicePath == "/devices/platform/vkms/drm/card1")
        #expect(event.properties.count == 10)
        #expect(event.properties["CONNECTOR"] == "58" && event.properties["DEVNAME"] == "dri/card1")
    }

    @Test func `values may be empty and hold anything but NUL`() throws {
        let event = try #require(KernelEvent(message(Array(plugged.prefix(4)) + ["NAME=\"a = b\"", "PHYS="])[...]))
        #expect(event.properties["NAME"] == "\"a = b\"" && event.properties["PHYS"] == "")
    }

    @Test(arguments: [
        ("nothing", []),
        ("no first line", Array(plugged.dropFirst())),
        ("a first line alone", [plugged[0]]),
        ("no action", [plugged[0], plugged[2], plugged[3]]),
        ("no path", [plugged[0], plugged[1], plugged[3]]),
        ("no subsystem", [plugged[0], plugged[1], plugged[2]]),
        ("another action in the first line", ["add@/devices/platform/vkms/drm/card1"] + plugged.dropFirst()),
        ("another path in the first line", ["change@/devices/x"] + plugged.dropFirst()),
        ("a path that is none", ["change@card1", "ACTION=change", "DEVPATH=card1", "SUBSYSTEM=drm"]),
        ("a property without a value", plugged + ["HOTPLUG"]),
        ("a property without a name", plugged + ["=1"]),
        ("a name twice", plugged + ["SUBSYSTEM=input"]),
        ("an empty line", plugged + [""]),
        ("too many properties", plugged + (0...KernelEvent.propertyLimit).map { "A\($0)=1" }),
        ("a message of udevd's", ["libudev"] + plugged),
    ])
    func `what the kernel would not say is refused`(why: String, lines: [String]) {
        #expect(KernelEvent(message(lines)[...]) == nil, "\(why)")
    }

    @Test func `a message may be as long as the limit, not longer`() {
        func padded(_ count: Int) -> [UInt8] { message(plugged + ["A=" + String(repeating: "x", count: count)]) }
        let room = KernelEvent.byteLimit - padded(0).count
        #expect(KernelEvent(padded(room)[...])?.properties["A"]?.count == room)
        #expect(KernelEvent(padded(room + 1)[...]) == nil)
    }

    @Test func `a message cut anywhere but between properties is refused`() {
        let whole = message(plugged)
        for count in 0..<whole.count {
            let event = KernelEvent(whole.prefix(count))
            guard let event else { continue }
            #expect(whole[count - 1] == 0, "cut at \(count)")
            #expect(event.action == "change" && event.subsystem == "drm", "cut at \(count)")
        }
        #expect(KernelEvent(whole[...]) != nil)
        #expect(KernelEvent((message(Array(plugged.prefix(4))) + [0x41, 0x3d, 0xff, 0])[...]) == nil)
    }
}

/// The kernel repeats an event for whoever may write here. Any machine has this device, and nothing hangs on it.
private let trigger = "/sys/devices/virtual/mem/null/uevent"
private func happen(_ action: String = "change", times: Int = 1) throws {
    let file = try Files.open(trigger, flags: O_WRONLY)
    for _ in 0..<times { try file.writeAll(Array(action.utf8)) }
}

@Suite(.serialized, .enabled(if: unsafe access(trigger, W_OK) == 0, "needs root and a writable /sys"))
struct KernelEventsTests {
    /// Waits for the kernel, then takes. Events of other devices may come at any time: only these count.
    private func take(_ events: borrowing KernelEvents) throws -> [KernelEvents.Notice] {
        #expect(try !Poll.wait(for: events.descriptor, events: .readable, timeout: .seconds(10)).isEmpty)
        return try events.take()
    }

    @Test func `what happens to a device is heard, in order, and once`() throws {
        let events = try KernelEvents(subsystems: ["mem"])
        #expect(try events.take() == [])
        try happen("change")
        try happen("add")
        try happen("remove")
        let actions = try take(events).map { notice -> String in
            guard case .event(let event) = notice else { return "lost" }
            #expect(event.devicePath == "/devices/virtual/mem/null" && event.properties["DEVNAME"] == "null")
            return event.action
        }
        #expect(actions == ["change", "add", "remove"])
        #expect(try events.take() == [])
    }

    @Test func `other subsystems are passed over`() throws {
        let events = try KernelEvents(subsystems: ["drm"])
        try happen(times: 3)
        #expect(try take(events) == [])
    }

    @Test func `a flood is taken in parts, and a loss is told`() throws {
        let roomy = try KernelEvents(subsystems: ["mem"])
        let narrow = try KernelEvents(subsystems: ["mem"], bytesWaiting: 4096)
        try happen(times: KernelEvents.batch + 10)
        let first = try take(roomy)
        // Events of other devices count for the batch but are passed over.
        #expect(first.count <= KernelEvents.batch && first.count >= KernelEvents.batch - 5)
        #expect(first.count + (try take(roomy)).count == KernelEvents.batch + 10)
        let lossy = try take(narrow)
        #expect(lossy.contains(.overflowed))
        // And it hears on.
        try happen("add")
        guard case .event(let event)? = try take(narrow).last else {
            Issue.record("nothing is heard after a loss")
            return
        }
        #expect(event.action == "add")
    }

    @Test func `a message of another process is not believed`() throws {
        let events = try KernelEvents()
        // struct sockaddr_nl: family, two bytes of nothing, port, groups. The port of `events` tells where it listens.
        var address = [UInt8](repeating: 0, count: 12)
        var length = socklen_t(address.count)
        let named = unsafe address.withUnsafeMutableBytes { bytes in
            unsafe getsockname(events.descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
        }
        try #require(named == 0 && length == 12)
        for index in 8..<12 { address[index] = 0 }
        let liar = Descriptor(owning: socket(AF_NETLINK, Int32(SOCK_DGRAM.rawValue), 15))
        try #require(liar.raw >= 0)
        let lie = message(plugged)
        let sent = unsafe address.withUnsafeBytes { bytes in
            unsafe sendto(
                liar.raw, lie, lie.count, 0, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, length)
        }
        try #require(sent == lie.count)
        let notices = try take(events)
        #expect(!notices.contains { if case .event(let event) = $0 { event.subsystem == "drm" } else { false } })
    }
}

@Suite struct VirtualTerminalTests {
    /// `struct signalfd_siginfo` for each signal.
    private func records(_ signals: [Int32]) -> [UInt8] {
        signals.flatMap { signal in
            (0..<4).map { UInt8(truncatingIfNeeded: signal >> (8 * $0)) } + [UInt8](repeating: 0, count: 124)
        }
    }

    @Test func `signals are switches, told once, and others are not`() {
        let (release, acquire) = (VirtualTerminal.releaseSignal, VirtualTerminal.acquireSignal)
        #expect(acquire < release)
        let bytes = records([acquire, SIGTERM, release, release, acquire])
        #expect(VirtualTerminal.switches(in: bytes[...]) == [.acquired, .releaseRequested, .acquired])
        #expect(VirtualTerminal.switches(in: bytes.prefix(127)) == [])
        #expect(VirtualTerminal.switches(in: bytes[128...]) == [.releaseRequested, .acquired])
        #expect(VirtualTerminal.switches(in: []) == [])
    }

    @Test(arguments: [-1, 0, 64, Int32.max]) func `a number that no terminal has is refused`(number: Int32) {
        #expect(throws: SystemCallError("open(/dev/tty\(number))", EINVAL)) { _ = try VirtualTerminal(number) }
    }
}
