/// What a web cell cannot go on with.
package enum KioskError: Error, Equatable, CustomStringConvertible {
    case request
    /// Chromium's, or the page's.
    case malformed(String)
    case tooLong(what: String)
    /// What the browser said to something that it has to do.
    case refused(String)
    case pageEnded(String)

    package var description: String {
        switch self {
        case .request: "the request in the cell cannot be read"
        case .malformed(let what): "\(what) cannot be understood"
        case .tooLong(let what): "\(what) is too long"
        case .refused(let reason): "the browser refuses: \(reason)"
        case .pageEnded(let how): "the page \(how)"
        }
    }
}
