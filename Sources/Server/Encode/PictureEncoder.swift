// Encode: from the captured pixels of one session to H.264 access units. Owns the session's I420 planes and its encoder;
// converts only what was damaged, encodes only when asked. Lives on the session's capture thread.

public import AVC
public import Pictures
internal import Scaling

public enum EncodeError: Error, Equatable, Sendable, CustomStringConvertible {
    case encoder(AVCError)
    public var description: String {
        switch self {
        case .encoder(let error): error.description
        }
    }
}

/// One picture as it goes on the wire.
public struct EncodedPicture: Equatable, Sendable {
    /// H.264, Annex B.
    public var bytes: [UInt8]
    /// Decodable without any picture before it. May be true without having been asked for.
    public var isKeyframe: Bool
    /// Temporal layer, 0 is the base.
    public var layer: Int
    /// Outside of it the picture equals the one before; the whole picture for a keyframe.
    public var damage: Rectangle
    public init(bytes: [UInt8], isKeyframe: Bool, layer: Int, damage: Rectangle) {
        self.bytes = bytes
        self.isKeyframe = isKeyframe
        self.layer = layer
        self.damage = damage
    }
}

/// The encoder of one session.
@safe public struct PictureEncoder: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable, and it alone owns its planes.

    /// What the stream's parameter sets will say.
    public struct Parameters: Equatable, Sendable {
        /// profile_idc.
        public let profile: Int
        /// level_idc.
        public let level: Int
        public let temporalLayers: Int
    }

    public let size: PixelSize
    public let parameters: Parameters
    private let layout: PlanarLayout
    private let planes: UnsafeMutableRawPointer
    private var encoder: AVCEncoder
    private var started = false
    /// Converted, and not in any picture that was given out.
    private var unsent = Rectangle.empty

    /// `quantiser` is QP 0…51: up to 24 keeps text sharp. Sides of `size` are even, from 16 pixels up. `content` trades
    /// bytes for time: screen finds marks that were on the screen before, wherever they were, and a typed star costs 40
    /// to 70 bytes after the first, but 3 ms at 800×448; camera takes 0.7 ms and about 190 bytes.
    public init(
        size: PixelSize, quantiser: Int = 24, temporalLayers: Int = 1, content: AVCEncoder.Content = .camera
    ) throws(EncodeError) {
        do throws(AVCError) {
            encoder = try AVCEncoder(
                size: size, content: content, quantiser: quantiser, temporalLayers: temporalLayers)
        } catch { throw .encoder(error) }
        self.size = size
        parameters = Parameters(profile: encoder.profile, level: encoder.level, temporalLayers: temporalLayers)
        layout = PlanarLayout(size: size)
        unsafe planes = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount, alignment: 64)
        unsafe planes.initializeMemory(as: UInt8.self, repeating: 0, count: layout.byteCount)
    }

    deinit { unsafe planes.deallocate() }

    /// Encodes what changed. `pixels` is the first pixel of a BGRA picture of `size`, `stride` its bytes a row; only
    /// `damage` of it is read (all of it the first time). Nil, and no work, when nothing changed and no keyframe is due.
    public mutating func encode(
        pixels: UnsafeRawPointer, stride: Int, damage: Rectangle, forceKeyframe: Bool
    ) throws(EncodeError) -> EncodedPicture? {
        let changed = started ? damage.intersection(size.bounds) : size.bounds
        guard !changed.isEmpty || forceKeyframe else { return nil }
        // SAFETY: `planes` has layout.byteCount bytes and lives as long as self.
        let view = unsafe PlanarView(base: planes, layout: layout)
        unsafe Scaling.pixelsToPlanar(pixels, stride: stride, area: changed, into: view)
        unsent = unsent.union(changed)
        do throws(AVCError) {
            guard let unit = try encoder.encode(view, forceKeyframe: forceKeyframe || !started) else { return nil }
            started = true
            let seen = unit.isKeyframe ? size.bounds : unsent.alignedToChroma(within: size.bounds)
            unsent = .empty
            return EncodedPicture(bytes: unit.bytes, isKeyframe: unit.isKeyframe, layer: unit.layer, damage: seen)
        } catch { throw .encoder(error) }
    }
}
