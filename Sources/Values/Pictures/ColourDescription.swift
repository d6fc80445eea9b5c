/// How the numbers of a Y'CbCr picture stand for colours (H.264 annex E, matrix_coefficients and video_full_range_flag).
public struct ColourDescription: Equatable, Hashable, Sendable, CustomStringConvertible {
    public enum Matrix: UInt8, Equatable, Hashable, Sendable, CaseIterable {
        case bt601 = 0
        case bt709 = 1
    }
    public enum Range: UInt8, Equatable, Hashable, Sendable, CaseIterable {
        /// Y' 16…235, Cb and Cr 16…240.
        case limited = 0
        /// All three 0…255.
        case full = 1
    }

    public var matrix: Matrix
    public var range: Range

    public init(matrix: Matrix = .bt601, range: Range = .limited) {
        self.matrix = matrix
        self.range = range
    }

    /// What a stream means that says nothing: BT.601 limited, as small pictures always have.
    public static let unspecified = ColourDescription()

    /// All four that a plane or a conversion has to know.
    public static var all: [ColourDescription] {
        Matrix.allCases.flatMap { matrix in Range.allCases.map { ColourDescription(matrix: matrix, range: $0) } }
    }

    public var description: String {
        "\(matrix == .bt601 ? "BT.601" : "BT.709") \(range == .full ? "full" : "limited")"
    }
}
