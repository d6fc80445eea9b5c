internal import COpenH264
public import Pictures

/// One encoded picture.
public struct AVCAccessUnit: Equatable, Sendable {
    /// Annex B: start codes and NAL units, parameter sets before every IDR picture.
    public let bytes: [UInt8]
    /// An IDR picture, asked for or not: screen content mode makes one by itself on a big change.
    public let isKeyframe: Bool
    /// Temporal layer, 0 is the base.
    public let layer: Int
}

/// An H.264 encoder for pictures that are mostly still: constant quantiser, one thread, one slice, no delay, no
/// B pictures; pictures are dropped by nobody but the caller.
@safe public struct AVCEncoder: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable, and the library ties nothing to a thread when it runs single-threaded.

    /// What the library assumes about the pictures.
    public enum Content: Sendable {
        /// Fewest bytes for text, block matching against scrolled content.
        case screen
        /// A third of the time, about twice the bytes.
        case camera
    }

    /// profile_idc and level_idc as the sequence parameter set will carry them.
    public let profile: Int
    public let level: Int
    public let size: PixelSize

    private let encoder: UnsafeMutablePointer<ISVCEncoder?>
    private var pictures: Int64 = 0

    /// Pictures a second that the level is chosen for.
    private static let rate = 60

    /// `quantiser` is QP 0…51. `temporalLayers` is 1…4; with more than one, prefix NAL units name the layer.
    public init(
        size: PixelSize, content: Content, quantiser: Int, temporalLayers: Int
    ) throws(AVCError) {
        precondition((0...51).contains(quantiser), "H.264 has quantisers 0 to 51")
        precondition((1...4).contains(temporalLayers), "OpenH264 makes one to four temporal layers")
        guard size.width >= 16, size.height >= 16, size.width % 2 == 0, size.height % 2 == 0,
            let level = AVCLevel.lowest(for: size, rate: Self.rate) ?? AVCLevel.lowest(for: size, rate: 1)
        else { throw .unsupportedSize(size) }
        var made: UnsafeMutablePointer<ISVCEncoder?>?
        let code = unsafe WelsCreateSVCEncoder(&made)
        guard code == 0, let handle = unsafe made else { throw .create(code: code) }
        unsafe COpenH264_silence(handle)
        var parameters = unsafe Self.parameters(
            handle, size: size, content: content, quantiser: quantiser, layers: temporalLayers, level: level)
        let result = unsafe COpenH264_initialize(handle, &parameters)
        guard result == 0 else {
            unsafe WelsDestroySVCEncoder(handle)
            throw .initialize(code: result)
        }
        // Initialisation sets levels of its own; silence again costs nothing.
        unsafe COpenH264_silence(handle)
        unsafe encoder = handle
        self.size = size
        self.level = level
        profile = Int(PRO_BASELINE.rawValue)
    }

    deinit {
        _ = unsafe COpenH264_uninitialize(encoder)
        unsafe WelsDestroySVCEncoder(encoder)
    }

    /// Encodes the planes as they are now. Nil when the library found nothing to send.
    public mutating func encode(_ planes: PlanarView, forceKeyframe: Bool) throws(AVCError) -> AVCAccessUnit? {
        precondition(planes.layout.size == size, "the planes have the encoder's size")
        if forceKeyframe {
            let code = unsafe COpenH264_forceKeyframe(encoder)
            guard code == 0 else { throw .forceKeyframe(code: code) }
        }
        let layout = planes.layout
        // SAFETY: the planes are valid for this call, and the library copies them inside it.
        let base = unsafe planes.base.assumingMemoryBound(to: UInt8.self)
        var source = SSourcePicture()
        source.iColorFormat = Int32(videoFormatI420.rawValue)
        source.iPicWidth = Int32(size.width)
        source.iPicHeight = Int32(size.height)
        source.iStride = (Int32(layout.lumaStride), Int32(layout.chromaStride), Int32(layout.chromaStride), 0)
        unsafe source.pData = (base, base + layout.uOffset, base + layout.vOffset, nil)
        // The library wants times that grow; with rate control off nothing depends on them.
        source.uiTimeStamp = pictures * 1000 / Int64(Self.rate)
        pictures += 1
        var result = SFrameBSInfo()
        let code = unsafe COpenH264_encode(encoder, &source, &result)
        guard code == 0 else { throw .encode(code: code) }
        guard result.eFrameType != videoFrameTypeSkip, result.iFrameSizeInBytes > 0 else { return nil }
        return Self.collect(&result)
    }

    private static func collect(_ result: inout SFrameBSInfo) -> AVCAccessUnit {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(result.iFrameSizeInBytes))
        var layer: Int32 = 0
        for index in 0..<result.iLayerNum {
            var start: UnsafePointer<UInt8>?
            var temporal: Int32 = 0
            var isVideo: Int32 = 0
            let count = unsafe COpenH264_layer(&result, index, &start, &temporal, &isVideo)
            // SAFETY: the library's buffer holds `count` bytes until the next call.
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: Int(count)))
            if isVideo != 0 { layer = temporal }
        }
        return AVCAccessUnit(
            bytes: bytes, isKeyframe: result.eFrameType == videoFrameTypeIDR, layer: Int(layer))
    }

    private static func parameters(
        _ handle: UnsafeMutablePointer<ISVCEncoder?>, size: PixelSize, content: Content, quantiser: Int, layers: Int,
        level: Int
    ) -> SEncParamExt {
        var parameters = SEncParamExt()
        _ = unsafe COpenH264_defaults(handle, &parameters)  // Cannot fail with two valid pointers.
        parameters.iUsageType = content == .screen ? SCREEN_CONTENT_REAL_TIME : CAMERA_VIDEO_REAL_TIME
        parameters.iPicWidth = Int32(size.width)
        parameters.iPicHeight = Int32(size.height)
        parameters.fMaxFrameRate = Float(rate)
        // Rate control ruins text: every picture gets the same quantiser, and none is skipped.
        parameters.iRCMode = RC_OFF_MODE
        parameters.bEnableFrameSkip = false
        parameters.iMinQp = Int32(quantiser)
        parameters.iMaxQp = Int32(quantiser)
        // Means nothing without rate control, but the library raises the level to one that allows it.
        parameters.iTargetBitrate = 48_000
        parameters.iMaxBitrate = UNSPECIFIED_BIT_RATE
        parameters.iTemporalLayerNum = Int32(layers)
        parameters.iSpatialLayerNum = 1
        parameters.uiIntraPeriod = 0
        parameters.eSpsPpsIdStrategy = CONSTANT_ID
        parameters.bPrefixNalAddingCtrl = layers > 1
        parameters.iEntropyCodingModeFlag = 0
        parameters.iMultipleThreadIdc = 1
        parameters.bEnableDenoise = false
        parameters.bEnableBackgroundDetection = false
        parameters.bEnableAdaptiveQuant = false
        parameters.bEnableLongTermReference = false
        parameters.bEnableFrameCroppingFlag = true
        // Forced on by the library for screen content; a keyframe it makes is reported like any other.
        parameters.bEnableSceneChangeDetect = content == .screen
        parameters.iComplexityMode = LOW_COMPLEXITY
        // At a quantiser for text there are no block edges to smooth; filtering only moves pixels that then differ from
        // the source again, and are coded again: 500 bytes for the first key after a keyframe instead of 200.
        parameters.iLoopFilterDisableIdc = 1
        let spatial = unsafe COpenH264_spatial(&parameters)!
        unsafe spatial.pointee.iVideoWidth = Int32(size.width)
        unsafe spatial.pointee.iVideoHeight = Int32(size.height)
        unsafe spatial.pointee.fFrameRate = Float(rate)
        unsafe spatial.pointee.iSpatialBitrate = parameters.iTargetBitrate
        unsafe spatial.pointee.iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE
        unsafe spatial.pointee.uiProfileIdc = PRO_BASELINE
        unsafe spatial.pointee.uiLevelIdc = ELevelIdc(rawValue: UInt32(level))
        unsafe spatial.pointee.iDLayerQp = Int32(quantiser)
        unsafe spatial.pointee.sSliceArgument.uiSliceMode = SM_SINGLE_SLICE
        return parameters
    }
}
