import Camera
import LinuxBase
import Pictures
import Testing

private let device = "/dev/video0"

/// Needs a camera, or the kernel's test driver `vivid`.
@Suite(.serialized, .enabled(if: Files.exists(device), "no camera: this runs in the test guest"))
struct CameraTests {
    @Test func `a camera gives pictures of its layout's size, one after the other`() throws {
        var camera = try VideoCamera(device, size: PixelSize(width: 640, height: 480))
        var pictures = 0
        for _ in 0..<20 where pictures < 3 {
            guard !(try Poll.wait(for: camera.descriptor, events: .readable, timeout: .seconds(5))).isEmpty else {
                break
            }
            guard let picture = try camera.next() else { continue }
            #expect(picture.size == camera.layout.size)
            pictures += 1
        }
        #expect(pictures == 3)
    }

    @Test func `a camera serves one at a time, and the next one after it`() throws {
        func opens() -> Bool { (try? VideoCamera(device)) != nil }
        do {
            let first = try VideoCamera(device)
            #expect(first.descriptor >= 0)
            #expect(!opens())
        }
        #expect(opens())
    }
}
