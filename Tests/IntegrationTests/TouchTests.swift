import Hold
import LinuxBase
import Measurements
import Pictures
import Rig
import Testing
import Wire

/// A board without keys: fingers on a panel (a recorded one, through the kernel's protocol and libevdev) and the keypad that
/// the trusted environment draws.
@Suite(.serialized) struct TouchTests {
    private static let size = PixelSize(width: 800, height: 480)
    private static let layout = ScreenLayout(size: size, hasKeypad: true)

    /// The board file lies in a folder of its own: the rig's is not there before the rig.
    private func start(
        _ panel: RecordedPanel, _ folder: borrowing TemporaryFolder, account: [String: String] = [:]
    ) throws -> Rig {
        var options = Rig.Options()
        options.size = Self.size
        options.keypad = "none"
        options.panel = panel
        options.accountOptions = account
        let file = folder.path + "/board.conf"
        try Files.replace(file, with: Array("touch = \(RecordedPanel.path)\nkeypad = screen\n".utf8))
        options.terminal = ["--board", file]
        let rig = try Rig(options)
        try rig.storePINKey()
        try rig.startTerminal()
        return rig
    }

    /// A finger on the middle of a key, and off it again, so many milliseconds after the last.
    private func tap(_ key: Key, _ panel: inout RecordedPanel, after wait: Int) throws {
        let area = try #require(Self.layout.keypad)
        let keys = try #require(KeypadLayout(area: area, purpose: .keys))
        let place = try #require(keys.places.first { $0.key == key }).area
        let (x, y) = (place.x + place.width / 2, place.y + place.height / 2)
        panel.down(0, 1, x: x * 4096 / Self.size.width, y: y * 4096 / Self.size.height, after: wait)
        panel.up(0, after: 90)
    }

    /// The wallet's code, once there was time for a session to be there.
    private func code() throws -> RecordedPanel {
        var panel = RecordedPanel()
        for (index, key) in [Key.digit(4), .digit(7), .digit(1), .digit(1), .ok].enumerated() {
            try tap(key, &panel, after: index == 0 ? 6000 : 250)
        }
        return panel
    }

    @Test func `a payment by fingers on the keys of the screen`() throws {
        let folder = try TemporaryFolder()
        let rig = try start(try code(), folder)
        let home = try rig.settledPicture()
        try rig.event("link_up")
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("shown")
        let wallet = try rig.settledPicture(timeout: .seconds(5))
        // The application's picture is beside the keys, and never on them.
        let area = try #require(Self.layout.keypad)
        let (keysStay, pictureChanges) = (
            home.cropped(to: area) == wallet.cropped(to: area),
            home.cropped(to: Self.layout.stream) != wallet.cropped(to: Self.layout.stream)
        )
        #expect(keysStay && pictureChanges)
        let end = try launch.wait()
        #expect(end.status == 0, "\(end.output) \(rig.logs())")
        try rig.stopTerminal()
    }

    @Test func `for a PIN the keys are in another order`() throws {
        var orders: [Picture] = []
        let area = try #require(Self.layout.keypad)
        for _ in 0..<2 {
            let folder = try TemporaryFolder()
            let rig = try start(try code(), folder, account: ["pin": "7319", "pin-above": "0.00"])
            try rig.event("link_up")
            let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
            try rig.event("pin", timeout: .seconds(20))
            orders.append(try rig.settledPicture().cropped(to: area))
            try rig.stopTerminal()
            _ = try launch.wait()
        }
        let layout = try #require(KeypadLayout(area: area, purpose: .pin))
        let differing = layout.places.count { place in
            let key = Rectangle(
                x: place.area.x - area.x, y: place.area.y - area.y, width: place.area.width, height: place.area.height)
            return orders[0].cropped(to: key) != orders[1].cropped(to: key)
        }
        // Two orders agree in one place on average, in seven or more about once in ten thousand.
        #expect(differing > 3, "\(differing) keys differ")
    }
}
