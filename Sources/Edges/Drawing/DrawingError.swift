internal import CPango

/// Why something could not be drawn, read or written.
public enum DrawingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Outside what a canvas or a picture file may have.
    case size(width: Int, height: Int)
    case notPNG(path: String)
    case file(path: String, reason: String)
    /// What Cairo said.
    case library(step: String, reason: String)
    case noFont(family: String)

    init(_ status: cairo_status_t, _ step: String) {
        // SAFETY: a static string.
        self = .library(step: step, reason: unsafe String(cString: cairo_status_to_string(status)))
    }

    public var description: String {
        switch self {
        case .size(let width, let height): "\(width)×\(height) pixels are outside the limits"
        case .notPNG(let path): "\(path) is not a PNG picture"
        case .file(let path, let reason): "\(path): \(reason)"
        case .library(let step, let reason): "Cairo, \(step): \(reason)"
        case .noFont(let family): "no font for \(family)"
        }
    }
}
