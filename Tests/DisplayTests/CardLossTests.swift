import DRM
import LinuxBase
import Measurements
import Pictures
import Testing

extension CardTests {
    /// What is asked wrongly, unplugged or taken away.
    @Suite(.serialized, .enabled(if: TestCard.path("vkms") != nil, "no vkms: this runs in the test guest"))
    struct Losses {
        @Test func `a blob is kept as it was made, and its number ends with it`() throws {
            let display = try TestCard("vkms")
            let blob = try display.card.makeBlob([1, 2, 3])
            #expect(try display.card.blob(blob) == [1, 2, 3])
            display.card.destroyBlob(blob)
            display.card.destroyBlob(blob)
            do throws(DRMError) {
                _ = try display.card.blob(blob)
                Issue.record("a blob outlives its end")
            } catch { #expect(error.isGone, "\(error)") }
            #expect(throws: DRMError.system(SystemCallError("drmModeCreatePropertyBlob", 22))) {
                _ = try display.card.makeBlob([])
            }
        }

        @Test func `a framebuffer that cannot be is refused, not trapped on`() throws {
            let display = try TestCard("vkms")
            let buffer = try display.buffer(0)
            let good = FramebufferLayout.Plane(handle: buffer.handle, pitch: buffer.pitch)
            let sizes = [
                PixelSize(width: -1, height: 480), PixelSize(width: 0, height: 0), PixelSize(width: 1 << 40, height: 1),
                PixelSize(width: display.mode.size.width, height: display.mode.size.height + 1),
            ]
            for size in sizes {
                #expect(throws: DRMError.self, "\(size)") {
                    _ = try display.card.addFramebuffer(
                        FramebufferLayout(size: size, format: .xrgb8888, planes: [good]))
                }
            }
            let planes: [[FramebufferLayout.Plane]] = [
                [], Array(repeating: good, count: 5), [.init(handle: 9999, pitch: buffer.pitch)],
                [.init(handle: buffer.handle, pitch: -1)],
                [.init(handle: buffer.handle, pitch: buffer.pitch, offset: 4096)],
            ]
            for (index, planes) in planes.enumerated() {
                #expect(throws: DRMError.self, "\(index)") {
                    _ = try display.card.addFramebuffer(
                        FramebufferLayout(size: display.mode.size, format: .xrgb8888, planes: planes))
                }
            }
            #expect(throws: DRMError.self) {
                _ = try display.card.makeDumbBuffer(size: PixelSize(width: -1, height: 1), bitsPerPixel: 32)
            }
            #expect(throws: DRMError.self) { _ = try DMAMemory.allocate(name: "none", count: 0) }
            #expect(throws: DRMError.self) { _ = try display.card.importBuffer(0) }
        }

        @Test func `buffers and cards leave no descriptor behind`() throws {
            func open() throws -> Int { try Files.names(in: "/proc/self/fd").count }
            func use() throws {
                let display = try TestCard("vkms")
                let buffer = try display.buffer(0)
                _ = try display.framebuffer(buffer)
                for source in DMAMemory.sources() { _ = try DMAMemory.allocate(name: "x", count: 5000, from: source) }
            }
            try use()
            let before = try open()
            for _ in 0..<10 { try use() }
            #expect(try open() == before)
        }

        @Test func `pulling the plug is told, and seen when looked at`() throws {
            let display = try TestCard("vkms")
            let events = try KernelEvents(subsystems: ["drm"])
            for (command, status) in [("disconnect", Connector.Status.disconnected), ("connect", .connected)] {
                try shell("vkms \(command)")
                #expect(try !Poll.wait(for: events.descriptor, events: .readable, timeout: .seconds(10)).isEmpty)
                let notices = try events.take()
                #expect(
                    notices.contains { notice in
                        guard case .event(let event) = notice else { return false }
                        return event.properties["HOTPLUG"] == "1"
                            && "/dev/" + (event.properties["DEVNAME"] ?? "") == display.card.path
                    }, "\(notices)")
                let connector = try display.card.connector(display.connector.identifier, probing: true)
                #expect(connector.status == status && connector.modes.isEmpty == (status == .disconnected))
            }
            #expect(throws: DRMError.self) { _ = try display.card.connector(9999, probing: false) }
        }
    }

    @Suite(.serialized, .enabled(if: TestCard.path("virtio_gpu") != nil, "no virtio-gpu: this runs in the test guest"))
    struct VirtioGPU {
        @Test func `damage is taken for what it is`() throws {
            let display = try TestCard("virtio_gpu")
            let buffer = try display.buffer(0x40_8060)
            let framebuffer = try display.framebuffer(buffer)
            var request = try display.light(framebuffer, mode: try display.card.makeBlob(display.mode.blob))
            let clips = try #require(display.primary.properties["FB_DAMAGE_CLIPS"]).identifier
            func commit(_ blob: [UInt8]) throws(DRMError) {
                request.set(display.primary.identifier, clips, UInt64(try display.card.makeBlob(blob)))
                try display.card.commit(request, [.allowModeSet, .pageFlipEvent], token: 5)
            }
            try commit(DamageClips.bytes([Rectangle(x: 0, y: 0, width: 8, height: 8)]))
            #expect(try display.flips().map(\.token) == [5])
            // No whole number of rectangles.
            #expect(throws: DRMError.self) { try commit([1, 2, 3]) }
        }

        @Test func `the driver refuses what its planes do not read`() throws {
            let display = try TestCard("virtio_gpu")
            #expect(display.primary.reads(.xrgb8888) && !display.primary.reads(.nv12))
            #expect(!display.card.abilities.takesModifiers && display.card.abilities.makesDumbBuffers)
            let buffer = try display.buffer(0)
            #expect(throws: DRMError.self) {
                _ = try display.card.addFramebuffer(
                    FramebufferLayout(
                        size: display.mode.size, format: .xrgb8888,
                        planes: [.init(handle: buffer.handle, pitch: buffer.pitch)], modifier: .linear))
            }
            let memory = try DMAMemory.allocate(name: "test", count: 4096)
            #expect(throws: DRMError.self) { _ = try display.card.importBuffer(memory.descriptor.raw) }
        }

        @Test func `a card that is taken away is gone, and comes back as a new one`() throws {
            let driver = "/sys/bus/virtio/drivers/virtio_gpu"
            let device = try #require(try Files.names(in: driver).first { $0.hasPrefix("virtio") })
            try whileTaken(try TestCard("virtio_gpu"), driver, device)
            try shell("echo \(device) >\(driver)/bind")
            #expect(try TestCard("virtio_gpu").connector.status == .connected)
        }

        private func whileTaken(_ display: TestCard, _ driver: String, _ device: String) throws {
            let buffer = try display.buffer(0)
            let request = try display.light(
                try display.framebuffer(buffer), mode: try display.card.makeBlob(display.mode.blob))
            try display.card.commit(request, .allowModeSet)
            try shell("echo \(device) >\(driver)/unbind")
            let attempts: [(String, (borrowing DisplayCard) throws(DRMError) -> Void)] = [
                ("commit", { (card) throws(DRMError) in try card.commit(request, .nonBlocking) }),
                ("layout", { (card) throws(DRMError) in _ = try card.layout() }),
                ("connector", { (card) throws(DRMError) in _ = try card.connector(1, probing: true) }),
                ("blob", { (card) throws(DRMError) in _ = try card.makeBlob([1]) }),
                ("master", { (card) throws(DRMError) in try card.dropMaster() }),
            ]
            for (name, attempt) in attempts {
                do throws(DRMError) {
                    try attempt(display.card)
                    Issue.record("\(name) works on a card that is gone")
                } catch { #expect(error.isGone, "\(name): \(error)") }
            }
            #expect(try display.card.takeFlips() == [])
        }
    }
}
