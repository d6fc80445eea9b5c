public import Pictures

/// H.264 levels (ITU-T H.264 table A-1), by the two limits that a picture size decides.
public enum AVCLevel {
    /// level_idc, macroblocks a second, macroblocks a picture.
    private static let table: [(level: Int, rate: Int, picture: Int)] = [
        (10, 1485, 99), (11, 3000, 396), (12, 6000, 396), (13, 11880, 396), (21, 19800, 792), (22, 20250, 1620),
        (30, 40500, 1620), (31, 108_000, 3600), (32, 216_000, 5120), (40, 245_760, 8192), (42, 522_240, 8704),
        (50, 589_824, 22080), (51, 983_040, 36864), (52, 2_073_600, 36864),
    ]

    /// The lowest level_idc that admits pictures of `size` at `rate` pictures a second; nil when none does.
    public static func lowest(for size: PixelSize, rate: Int) -> Int? {
        let columns = (size.width + 15) / 16
        let rows = (size.height + 15) / 16
        // A side is bounded too: its square is at most eight times the picture (A.3.1, items f and g).
        return table.first { row in
            columns * rows <= row.picture && columns * rows * rate <= row.rate
                && max(columns, rows) * max(columns, rows) <= 8 * row.picture
        }?.level
    }
}
