import LinuxBase
import Rig
import Testing

/// From a kernel's multitouch events to contacts in pixels, through libevdev, on a recorded panel (umockdev).
@Suite(.serialized) struct PanelReplayTests {
    @Test func `fingers come out in pixels, each with its slot`() throws {
        var panel = RecordedPanel()
        panel.down(0, 1, x: 2048, y: 2048)
        panel.move(0, x: 2100, y: 2048)
        panel.down(1, 2, x: 4095, y: 0)
        panel.up(0)
        panel.up(1)
        let lines = try panel.probe(["--keys", "2"])
        #expect(
            lines == [
                "panel \"Test Panel\" (1209:0007)", "down 0 at 400,240", "move 0 at 410,240", "down 1 at 799,0",
                "up 0 at 410,240", "up 1 at 799,0",
            ])
    }

    @Test func `a panel that is turned, and a palm`() throws {
        var panel = RecordedPanel()
        panel.down(0, 1, x: 0, y: 0)
        panel.report([(RecordedPanel.Axis.major, 1500)])
        panel.up(0)
        #expect(
            try panel.probe(["--keys", "1", "--rotation", "90"]).dropFirst() == [
                "down 0 at 799,0", "move 0 at 799,0 palm", "up 0 at 799,0 palm",
            ])
    }

    @Test func `after lost events it is said, and what comes later is told`() throws {
        var panel = RecordedPanel()
        panel.down(0, 1, x: 100, y: 100)
        panel.overrun()
        // The library reads on until nothing comes: what follows must come later.
        panel.down(1, 2, x: 2048, y: 2048, after: 1000)
        panel.up(1)
        let lines = try panel.probe(["--seconds", "2"])
        #expect(lines.filter { $0 == "interrupted" }.count == 1)
        // The first finger comes as an event or from the resync, and is told once.
        #expect(lines.filter { $0.hasPrefix("down 0 at 19,11") }.count == 1)
        #expect(lines.suffix(2) == ["down 1 at 400,240", "up 1 at 400,240"])
    }

    @Test func `what is no panel is refused`() throws {
        let program = Files.parent(of: try #require(Process.executablePath())) + "/vitrine-keypad-probe"
        var child = try ChildProcess(
            program, arguments: ["probe", "touch", "--device", "/dev/null"], environment: [], descriptors: [],
            diesWithParent: false)
        #expect(try child.wait(timeout: .seconds(10)) == .exited(1))
    }
}
