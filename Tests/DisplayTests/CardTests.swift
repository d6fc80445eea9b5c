import DRM
import LinuxBase
import Measurements
import Pictures
import Testing

/// The edge on cards that the kernel emulates. One master a card: one test at a time.
@Suite(.serialized) struct CardTests {
    @Suite(.serialized, .enabled(if: TestCard.path("vkms") != nil, "no vkms: this runs in the test guest"))
    struct Vkms {
        @Test func `the layout has screens, planes and formats, and write-back when asked for`() throws {
            let display = try TestCard("vkms")
            #expect(display.layout.connectors.count { $0.isWriteback } == 1)
            #expect(display.connector.name.hasPrefix("Virtual-"))
            #expect(display.mode.blob.count == 68 && display.mode.refreshMillihertz > 20_000)
            #expect(display.connector.modes.count { $0.isPreferred } == 1)
            let overlay = try #require(display.layout.planes.first { $0.kind == .overlay })
            #expect(overlay.reads(.nv12) && overlay.reads(.yuv420) && overlay.reads(.xrgb8888))
            #expect(!overlay.reads(.nv12, FormatModifier(rawValue: 1)) && !overlay.reads(PixelFormat(rawValue: 1)))
            let encoding = try #require(overlay.properties["COLOR_ENCODING"])
            #expect(encoding.choices.count == 3 && encoding.choices["ITU-R BT.709 YCbCr"] == 1)
            #expect(overlay.properties["rotation"]?.choices["rotate-0"] == 1)
            #expect(overlay.properties["SRC_W"]?.limits == 0...UInt64(UInt32.max))
            #expect(overlay.properties["CRTC_X"]?.limits == nil && overlay.properties["type"]?.isImmutable == true)
            let plain = try DisplayCard(display.card.path)
            #expect(try plain.layout().connectors.allSatisfy { !$0.isWriteback })
        }

        @Test func `a commit flips once, with its token, and not when it only tests`() throws {
            let display = try TestCard("vkms")
            let buffer = try display.buffer(0x11_2233)
            let framebuffer = try display.framebuffer(buffer)
            let request = try display.light(framebuffer, mode: try display.card.makeBlob(display.mode.blob))
            try display.card.commit(request, [.testOnly, .allowModeSet])
            #expect(try display.card.takeFlips() == [])
            let before = Clock.now()
            try display.card.commit(request, [.allowModeSet, .pageFlipEvent], token: .max)
            let flips = try display.flips()
            #expect(flips.count == 1 && flips.first?.token == .max)
            #expect(flips.first?.controller == display.controller.identifier)
            let time = try #require(flips.first?.time)
            #expect(time >= before + .milliseconds(-50) && time <= Clock.now() + .milliseconds(50))
            #expect(try display.card.takeFlips() == [])
        }

        @Test func `a second commit before the flip is busy, and works after it`() throws {
            let display = try TestCard("vkms")
            let buffer = try display.buffer(0)
            let framebuffer = try display.framebuffer(buffer)
            try display.card.commit(
                try display.light(framebuffer, mode: try display.card.makeBlob(display.mode.blob)), .allowModeSet)
            let change = try display.show(framebuffer, on: display.primary, size: display.mode.size)
            try display.card.commit(change, [.nonBlocking, .pageFlipEvent], token: 1)
            do throws(DRMError) {
                try display.card.commit(change, [.nonBlocking, .pageFlipEvent], token: 2)
                Issue.record("two commits are under way")
            } catch { #expect(error.isBusy, "\(error)") }
            #expect(try display.flips().map(\.token) == [1])
            try display.card.commit(change, [.nonBlocking, .pageFlipEvent], token: 3)
            #expect(try display.flips().map(\.token) == [3])
        }

        @Test func `the fence of a commit is signalled, and a test has none`() throws {
            let display = try TestCard("vkms")
            let buffer = try display.buffer(0)
            let framebuffer = try display.framebuffer(buffer)
            let request = try display.light(framebuffer, mode: try display.card.makeBlob(display.mode.blob))
            let property = try #require(display.controller.properties["OUT_FENCE_PTR"]).identifier
            let fence = (object: display.controller.identifier, property: property)
            let none = try display.card.commit(request, [.testOnly, .allowModeSet], outFence: fence)
            if case .some = none { Issue.record("a test has a fence") }
            switch try display.card.commit(request, [.allowModeSet], outFence: fence) {
            case .none: Issue.record("no fence")
            case .some(let fence):
                #expect(try Poll.wait(for: fence.raw, events: .readable, timeout: .seconds(10)) == .readable)
            }
        }

        @Test(arguments: ["/dev/dma_heap/system", "/dev/udmabuf"])
        func `memory of each source is shown as NV12, as it was written`(source: String) throws {
            try #require(DMAMemory.sources().contains(source))
            let display = try TestCard("vkms")
            let size = PixelSize(width: 64, height: 32)
            // Full-range luma in two halves over grey chroma: grey of the same number, exactly.
            let memory = try DMAMemory.allocate(name: "a test's", count: size.area * 3 / 2, from: source)
            #expect(memory.source == source && memory.count == 4096)
            let count = memory.count
            let mapping = try SharedMemory(mapping: memory.takeDescriptor(), count: count, writable: true)
            try DMAMemory.beginAccess(mapping.descriptor.raw, writing: true)
            for index in 0..<size.area * 3 / 2 {
                let luma: UInt8 = index % size.width < 32 ? 10 : 200
                // SAFETY: the mapping is as long as the picture at least.
                unsafe mapping.base.storeBytes(
                    of: index < size.area ? luma : 128, toByteOffset: index, as: UInt8.self)
            }
            try DMAMemory.endAccess(mapping.descriptor.raw, writing: true)

            let handle = try display.card.importBuffer(mapping.descriptor.raw)
            #expect(try display.card.importBuffer(mapping.descriptor.raw) == handle)
            let picture = try display.card.addFramebuffer(
                FramebufferLayout(
                    size: size, format: .nv12,
                    planes: [
                        .init(handle: handle, pitch: size.width),
                        .init(handle: handle, pitch: size.width, offset: size.area),
                    ], modifier: .linear))
            display.card.closeBuffer(handle)
            let overlay = try #require(display.layout.planes.first { $0.kind == .overlay })
            let buffer = try display.buffer(0x10_2030)
            var request = try display.light(
                try display.framebuffer(buffer), mode: try display.card.makeBlob(display.mode.blob))
            request.merge(try display.show(picture, on: overlay, size: size))
            let range = try #require(overlay.properties["COLOR_RANGE"])
            request.set(
                overlay.identifier, range.identifier, try #require(range.choices["YCbCr full range"]))
            let points = [(x: 5, y: 5), (x: 40, y: 31), (x: 64, y: 5), (x: 5, y: 32)]
            #expect(try display.readBack(request, at: points) == [0x0a_0a0a, 0xc8_c8c8, 0x10_2030, 0x10_2030])
        }

        @Test func `one process at a time drives a card`() throws {
            let first = try TestCard("vkms")
            let second = try DisplayCard(first.card.path)
            let buffer = try first.buffer(0)
            let request = try first.light(
                try first.framebuffer(buffer), mode: try first.card.makeBlob(first.mode.blob))
            try first.card.commit(request, .allowModeSet)
            #expect(throws: DRMError.system(SystemCallError("drmSetMaster", 16))) { try second.becomeMaster() }
            do throws(DRMError) {
                try second.commit(request, [.testOnly, .allowModeSet])
                Issue.record("two masters")
            } catch { #expect(error.isNotMaster, "\(error)") }
            try first.card.dropMaster()
            do throws(DRMError) {
                try first.card.commit(request, .allowModeSet)
                Issue.record("a commit without being master")
            } catch { #expect(error.isNotMaster, "\(error)") }
            try second.becomeMaster()
            try second.dropMaster()
            try first.card.becomeMaster()
            try first.card.becomeMaster()
            try first.card.commit(request, .allowModeSet)
        }
    }
}
