import Decoder
import Pictures

/// The kinds of streams, after those of the conformance suite JVT-AVC_V1 that one encoder can make.
extension StreamTests.Row {
    private static let range = "--input-range pc --range pc"

    static let admitted: [StreamTests.Row] = [
        // Profiles and entropy coding.
        .init("constrained baseline", "--profile baseline", profile: 66),
        .init("main, CAVLC", "--profile main --no-cabac"),
        .init("main, CABAC", "--profile main"),
        .init("main, CABAC, the encoder's slowest", "--profile main --preset placebo --bframes 0 --ref 4"),
        .init(
            "baseline, the encoder's fastest", "--preset ultrafast --tune zerolatency --profile baseline", profile: 66),
        // References.
        .init("one reference", "--profile main --ref 1"), .init("two references", "--profile main --ref 2"),
        .init("three references", "--profile main --ref 3"),
        .init("four references", "--profile main --ref 4 --partitions all --me umh --subme 9"),
        .init("four references, baseline", "--profile baseline --ref 4", profile: 66),
        // Slices.
        .init("four slices", "--profile main --slices 4"),
        .init("nine slices, CAVLC", "--profile main --no-cabac --slices 9"),
        .init("slices of eleven macroblocks", "--profile main --slice-max-mbs 11"),
        .init("slices of 300 bytes", "--profile baseline --slice-max-size 300", profile: 66),
        // Intra.
        .init("keyframes only", "--profile main --keyint 1"),
        .init("keyframes only, baseline", "--profile baseline --keyint 1", profile: 66),
        .init(
            "intra pictures that are no keyframes", "--profile main --keyint infinite --min-keyint 100 --scenecut 400"),
        .init("a wave of intra columns, sets repeated at P pictures", "--profile main --intra-refresh --keyint 5"),
        .init("constrained intra prediction", "--profile main --constrained-intra"),
        // Deblocking.
        .init("no deblocking", "--profile main --no-deblock"), .init("deblocking +6", "--profile main --deblock 6:6"),
        .init("deblocking -6", "--profile main --deblock -6:-6 --qp 40"),
        .init("deblocking in slices", "--profile main --deblock 3:-2 --slices 5 --qp 45"),
        // Quantisers.
        .init("quantiser 51", "--profile main --qp 51"), .init("quantiser 1", "--profile main --qp 1"),
        .init("chroma quantiser +12", "--profile main --chroma-qp-offset 12"),
        .init("chroma quantiser -12", "--profile main --chroma-qp-offset -12 --no-cabac"),
        // Weighted prediction and partitions.
        .init("weighted prediction", "--profile main --weightp 2"),
        .init("weighted prediction, CAVLC, four references", "--profile main --weightp 2 --no-cabac --ref 4"),
        .init("small partitions", "--profile main --partitions all --subme 10 --me tesa --no-fast-pskip"),
        .init("motion vectors far outside", "--profile main --mvrange 500 --merange 64 --me umh"),
        // Sizes.
        .init("one macroblock", "--profile main", size: (16, 16)),
        .init("half a macroblock too many", "--profile main", size: (24, 24)),
        .init("cropped by two", "--profile baseline", size: (174, 142), profile: 66),
        .init("cropped by fourteen", "--profile main --slices 3", size: (162, 130)),
        .init("wide and low", "--profile main", size: (640, 16)),
        .init("narrow and high", "--profile main --no-cabac", size: (18, 480)),
        .init("a screen", "--profile main", size: (800, 480)),
        .init("a large screen", "--profile main --ref 4", size: (1920, 1080)),
        // Around the pictures.
        .init("delimiters", "--profile main --aud"), .init("another number for the sets", "--profile main --sps-id 7"),
        .init(
            "timing messages",
            "--profile main --nal-hrd vbr --vbv-maxrate 900 --vbv-bufsize 900 --bitrate 500 --pic-struct"),
        .init("stitchable", "--profile main --stitchable"), .init("stereo message", "--profile main --frame-packing 3"),
        // Usability information.
        .init("extended aspect ratio", "--profile main --sar 7:5 --overscan crop --videoformat pal --chromaloc 2"),
        .init("BT.601 limited", "--profile main --colormatrix smpte170m --range tv"),
        .init(
            "BT.601 limited, by its other name",
            "--profile main --colormatrix bt470bg --colorprim bt470bg --transfer bt470bg"),
        .init(
            "BT.601 full", "--profile main --colormatrix smpte170m \(range)",
            colour: ColourDescription(matrix: .bt601, range: .full)),
        .init(
            "BT.709 limited", "--profile main --colormatrix bt709 --colorprim bt709 --transfer bt709",
            colour: ColourDescription(matrix: .bt709, range: .limited)),
        .init(
            "BT.709 full", "--profile baseline --colormatrix bt709 \(range)", profile: 66,
            colour: ColourDescription(matrix: .bt709, range: .full)),
        .init(
            "no matrix, full", "--profile main \(range)", colour: ColourDescription(matrix: .bt601, range: .full)),
    ]

    static let refused: [StreamTests.Row] =
        [
            .init("B pictures", "--profile main --bframes 2 --b-adapt 0", refusal: .notAllowed),
            .init(
                "B pictures as references", "--profile main --bframes 3 --b-adapt 0 --b-pyramid normal --ref 4",
                refusal: .notAllowed),
            .init("fields", "--profile main --tff", refusal: .notAllowed),
            .init("fields that are none", "--profile main --fake-interlaced", refusal: .notAllowed),
            .init("high profile", "--profile high", refusal: .wrongParameters),
            .init(
                "high profile, no transform of eight", "--profile high --no-8x8dct --cqm jvt", refusal: .wrongParameters
            ),
            .init("lossless", "--qp 0", refusal: .wrongParameters),
            .init("4:2:2", "--output-csp i422", refusal: .wrongParameters),
            .init("4:4:4", "--output-csp i444", refusal: .wrongParameters),
            .init("ten bits", "--output-depth 10", refusal: .wrongParameters),
            .init("baseline where main was agreed", "--profile baseline", refusal: .wrongParameters),
            .init("main where baseline was agreed", "--profile main", profile: 66, refusal: .wrongParameters),
            .init("a level that no terminal agrees to", "--profile main --level 6.1", refusal: .wrongParameters),
            .init("cropped on the left", "--profile main --crop-rect 2,0,0,0", refusal: .wrongParameters),
            .init("cropped at the top", "--profile main --crop-rect 0,2,0,0", refusal: .wrongParameters),
            .init("cropped once more", "--profile main --crop-rect 0,0,2,2", refusal: .wrongParameters),
            .init("red, green and blue", "--profile main --colormatrix GBR", refusal: .notAllowed),
            .init("YCgCo", "--profile main --colormatrix YCgCo", refusal: .notAllowed),
            .init("BT.2020", "--profile main --colormatrix bt2020nc", refusal: .notAllowed),
            .init("SMPTE 240M", "--profile main --colormatrix smpte240m", refusal: .notAllowed),
        ] + (5...16).map { .init("\($0) references", "--profile main --ref \($0)", refusal: .wrongParameters) }
}
