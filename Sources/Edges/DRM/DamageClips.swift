public import Pictures

/// The blob of a plane's FB_DAMAGE_CLIPS property.
public enum DamageClips {
    /// `struct drm_mode_rect` for each rectangle that is not empty: x1, y1, x2, y2 as signed 32-bit numbers, in pixels of
    /// the framebuffer, the second corner outside. None of them: no bytes, of which no blob can be made. (Then the
    /// property is set to zero, which means that everything has changed, or the commit leaves the plane out.)
    public static func bytes(_ rectangles: [Rectangle]) -> [UInt8] {
        rectangles.filter { !$0.isEmpty }.flatMap { rectangle in
            [rectangle.x, rectangle.y, rectangle.maxX, rectangle.maxY].flatMap { number in
                // SAFETY: the bytes of a number, copied at once.
                unsafe withUnsafeBytes(of: Int32(clamping: number)) { unsafe Array($0) }
            }
        }
    }
}
