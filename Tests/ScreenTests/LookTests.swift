import Glibc
import Hold
import LinuxBase
import Pictures
import Testing

@Suite struct LookTests {
    @Test(arguments: Stage.sizes) func `the gallery is drawn at each size, and left where VITRINE_GALLERY says`(
        size: PixelSize
    ) throws {
        let gallery = try Gallery(size: size)
        for (name, picture) in gallery.pictures {
            #expect(picture.size == size, "\(name)")
            #expect(Set(picture.pixels).count > 20, "\(name) has smooth edges")
            #expect(picture.pixels.allSatisfy { $0 >> 24 == 255 }, "\(name) is opaque")
        }
        if let folder = unsafe getenv("VITRINE_GALLERY") { try gallery.write(to: unsafe String(cString: folder)) }
    }
}
