internal import CLibdrm
internal import Glibc
internal import LinuxBase
public import Pictures

extension DisplayCard {
    /// A copy of `bytes` in the kernel that properties can name (a mode, damage). Throws EINVAL for none.
    public func makeBlob(_ bytes: [UInt8]) throws(DRMError) -> UInt32 {
        var identifier: UInt32 = 0
        let call = "drmModeCreatePropertyBlob"
        guard !bytes.isEmpty else { throw .system(SystemCallError(call, EINVAL)) }
        try unsafe check(drmModeCreatePropertyBlob(descriptor, bytes, bytes.count, &identifier), call)
        return identifier
    }

    /// May be called once the commit that names it has been accepted: the kernel keeps it as long as it is used.
    public func destroyBlob(_ identifier: UInt32) {
        // A number that is no blob of ours: there is nothing to destroy, and nothing that the caller could do.
        _ = drmModeDestroyPropertyBlob(descriptor, identifier)
    }

    /// Memory of the card that is mapped for writing. `bitsPerPixel` is 32 for `xrgb8888`; planar pictures take 8 and as
    /// many rows as all planes together.
    public func makeDumbBuffer(size: PixelSize, bitsPerPixel: Int) throws(DRMError) -> DumbBuffer {
        let copy = try DRMError.converting { () throws(SystemCallError) in try file.duplicate() }
        return try DumbBuffer(card: copy, size: size, bitsPerPixel: bitsPerPixel)
    }

    /// The handle of another driver's or of a heap's memory (a DMA-BUF). The same memory has the same handle each time,
    /// and `closeBuffer` ends it for all: import once. Throws where the display cannot reach that memory.
    public func importBuffer(_ descriptor: Int32) throws(DRMError) -> UInt32 {
        var handle: UInt32 = 0
        try unsafe check(drmPrimeFDToHandle(file.raw, descriptor, &handle), "drmPrimeFDToHandle")
        return handle
    }

    /// Lets go of an imported buffer. Framebuffers made of it stay.
    public func closeBuffer(_ handle: UInt32) {
        // A handle that is none: there is nothing to close, and nothing that the caller could do.
        _ = drmCloseBufferHandle(descriptor, handle)
    }

    /// A picture that planes can show (`FB_ID`). Throws EINVAL for what the driver does not take.
    public func addFramebuffer(_ layout: FramebufferLayout) throws(DRMError) -> UInt32 {
        let call = "drmModeAddFB2"
        guard (1...4).contains(layout.planes.count) else { throw .system(SystemCallError(call, EINVAL)) }
        // The kernel reads four of each, and refuses modifiers of planes that are not there.
        var handles = [UInt32](repeating: 0, count: 4)
        var pitches = handles
        var offsets = handles
        var modifiers = [UInt64](repeating: 0, count: 4)
        for (index, plane) in layout.planes.enumerated() {
            handles[index] = plane.handle
            pitches[index] = try plane.pitch.word(call)
            offsets[index] = try plane.offset.word(call)
            modifiers[index] = layout.modifier?.rawValue ?? 0
        }
        let width = try layout.size.width.word(call)
        let height = try layout.size.height.word(call)
        let flags = layout.modifier == nil ? 0 : UInt32(DRM_MODE_FB_MODIFIERS)
        var identifier: UInt32 = 0
        try unsafe check(
            drmModeAddFB2WithModifiers(
                descriptor, width, height, layout.format.rawValue, handles, pitches, offsets,
                layout.modifier == nil ? nil : modifiers, &identifier, flags), call)
        return identifier
    }

    /// Planes that still show it are switched off first, which waits for a vertical blank: show something else before.
    public func removeFramebuffer(_ identifier: UInt32) {
        // A number that is no framebuffer of ours: there is nothing to remove, and nothing that the caller could do.
        _ = drmModeRmFB(descriptor, identifier)
    }
}
