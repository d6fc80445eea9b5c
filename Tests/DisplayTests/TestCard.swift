import DRM
import LinuxBase
import Measurements
import Pictures
import Testing

/// A card of a given driver, opened as the terminal opens it, with all that it takes to light a screen.
final class TestCard {
    let card: DisplayCard
    let layout: CardLayout
    let connector: Connector
    let controller: DisplayController
    let primary: HardwarePlane
    let mode: DisplayMode

    /// The path of a card of that driver; tests are enabled by it.
    static func path(_ driver: String) -> String? {
        DisplayCard.paths().first { path in
            // A card that cannot be opened is none of that driver.
            do { return try DisplayCard(path).driver == driver } catch { return false }
        }
    }

    /// The smallest mode: a software display composes every pixel.
    init(_ driver: String) throws {
        let card = try DisplayCard(try #require(Self.path(driver)), writeback: true)
        layout = try card.layout()
        let connector = try #require(layout.connectors.first { !$0.isWriteback && $0.status == .connected })
        let controller = try #require(layout.controllers.first { $0.isIn(connector.controllers) })
        self.connector = connector
        self.controller = controller
        primary = try #require(layout.planes.first { $0.kind == .primary && controller.isIn($0.controllers) })
        mode = try #require(connector.modes.min { $0.size.area < $1.size.area })
        self.card = card
    }

    /// A buffer of the whole screen in one colour.
    func buffer(_ colour: UInt32) throws -> DumbBuffer {
        let buffer = try card.makeDumbBuffer(size: mode.size, bitsPerPixel: 32)
        // SAFETY: the buffer has `count` bytes.
        unsafe buffer.base.initializeMemory(as: UInt32.self, repeating: colour, count: buffer.count / 4)
        return buffer
    }

    func framebuffer(_ buffer: borrowing DumbBuffer) throws -> UInt32 {
        try card.addFramebuffer(
            FramebufferLayout(
                size: buffer.size, format: .xrgb8888, planes: [.init(handle: buffer.handle, pitch: buffer.pitch)]))
    }

    /// A mode set that shows a framebuffer of the screen's size.
    func light(_ framebuffer: UInt32, mode blob: UInt32) throws -> AtomicRequest {
        var request = AtomicRequest()
        request.set(connector.identifier, try #require(connector.properties["CRTC_ID"]).identifier, number(controller))
        request.set(controller.identifier, try #require(controller.properties["MODE_ID"]).identifier, UInt64(blob))
        request.set(controller.identifier, try #require(controller.properties["ACTIVE"]).identifier, 1)
        request.merge(try show(framebuffer, on: primary, size: mode.size))
        return request
    }

    func show(_ framebuffer: UInt32, on plane: HardwarePlane, size: PixelSize) throws -> AtomicRequest {
        var request = AtomicRequest()
        let values: [(String, UInt64)] = [
            ("FB_ID", UInt64(framebuffer)), ("CRTC_ID", number(controller)), ("SRC_X", 0), ("SRC_Y", 0),
            ("SRC_W", UInt64(size.width) << 16), ("SRC_H", UInt64(size.height) << 16), ("CRTC_X", 0), ("CRTC_Y", 0),
            ("CRTC_W", UInt64(size.width)), ("CRTC_H", UInt64(size.height)),
        ]
        for (name, value) in values {
            request.set(plane.identifier, try #require(plane.properties[name], "\(name)").identifier, value)
        }
        return request
    }

    /// The next flips; waits for them.
    func flips() throws -> [FlipEvent] {
        #expect(try !Poll.wait(for: card.descriptor, events: .readable, timeout: .seconds(10)).isEmpty, "no flip")
        return try card.takeFlips()
    }

    /// The picture that write-back puts into memory when `request` is done, and its pixel at `x`, `y` without alpha.
    func readBack(_ request: AtomicRequest, at points: [(x: Int, y: Int)]) throws -> [UInt32] {
        let writeback = try #require(layout.connectors.first { $0.isWriteback })
        let target = try card.makeDumbBuffer(size: mode.size, bitsPerPixel: 32)
        let framebuffer = try framebuffer(target)
        var request = request
        let job = writeback.properties
        request.set(writeback.identifier, try #require(job["CRTC_ID"]).identifier, number(controller))
        request.set(writeback.identifier, try #require(job["WRITEBACK_FB_ID"]).identifier, UInt64(framebuffer))
        let fence = try #require(job["WRITEBACK_OUT_FENCE_PTR"])
        let done = try card.commit(
            request, [.allowModeSet], outFence: (writeback.identifier, fence.identifier))
        switch done {
        case .none: Issue.record("no fence")
        case .some(let done):
            #expect(try Poll.wait(for: done.raw, events: .readable, timeout: .seconds(10)) == .readable)
        }
        return points.map { point in
            // SAFETY: points lie in the mode, of which the buffer has all rows.
            unsafe target.base.load(fromByteOffset: point.y * target.pitch + point.x * 4, as: UInt32.self) & 0xff_ffff
        }
    }

    private func number(_ controller: DisplayController) -> UInt64 { UInt64(controller.identifier) }
}

/// What a shell command of the guest says to be done: zero.
func shell(_ script: String) throws {
    var child = try ChildProcess("/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/bin:/programs"])
    #expect(try child.wait(timeout: .seconds(30)) == .exited(0), "\(script)")
}
