internal import FoundationEssentials

/// What Chromium says (Chrome DevTools Protocol, stable domains): the fields that are used here, and no others.
struct BrowserMessage: Decodable {
    struct Parameters: Decodable {
        struct Target: Decodable {
            var type: String
            var targetId: String?
        }
        struct Request: Decodable { var url: String }
        var sessionId: String?
        var targetInfo: Target?
        var requestId: String?
        var request: Request?
        var name: String?
        var payload: String?
    }
    struct Failure: Decodable { var message: String }
    var id: Int?
    var method: String?
    var sessionId: String?
    var params: Parameters?
    var error: Failure?
}

/// What Chromium is told.
struct BrowserCall<Parameters: Encodable>: Encodable {
    var id: Int
    var method: String
    var params: Parameters
    var sessionId: String?
}

enum BrowserParameters {
    struct None: Encodable {}
    struct Attach: Encodable {
        var autoAttach = true
        var waitForDebuggerOnStart = true
        var flatten = true
    }
    struct Target: Encodable { var targetId: String }
    struct Dialog: Encodable { var accept: Bool }
    struct Binding: Encodable { var name: String }
    struct Script: Encodable { var source: String }
    struct Patterns: Encodable {
        struct Pattern: Encodable { var urlPattern = "*" }
        var patterns = [Pattern()]
    }
    struct Address: Encodable { var url: String }
    struct Expression: Encodable { var expression: String }
    struct Failure: Encodable {
        var requestId: String
        var errorReason: String
    }
    struct Answer: Encodable {
        struct Header: Encodable {
            var name: String
            var value: String
        }
        var requestId: String
        var responseCode: Int
        var responseHeaders: [Header]
        var body: String
    }
}
