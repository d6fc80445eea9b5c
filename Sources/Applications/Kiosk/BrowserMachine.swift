internal import FoundationEssentials

/// Leads one Chromium by its debugging protocol. Pure: message in, actions out.
///
/// ```
///  waiting for the window ──► preparing: binding, script, interception ──► open
/// ```
///
/// Every request of every target is held until it has been answered from here; a target that is not the page (a worker of
/// it, a window that it opens) gets no line to the server, and no file of another site either.
package struct BrowserMachine {
    package enum Action: Equatable {
        case send([UInt8])
        /// Ends in `answer`.
        case serve(HeldRequest)
        /// The page has said this.
        case said(String)
        case failed(KioskError)
    }

    package struct HeldRequest: Equatable {
        package var identifier: String
        package var session: String
        package var url: String
        /// For logs: printable, and not long.
        package var shortURL: String {
            String(decoding: url.utf8.prefix(120).map { (0x21...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
        }
    }

    /// By which the page's script reaches us.
    package static let binding = "__vitrineSay"

    private enum State: Equatable {
        case waiting
        /// Calls that have not been answered.
        case preparing(session: String, open: Set<Int>)
        case open(session: String)
    }

    private let start: String
    private let script: String
    private var state = State.waiting
    private var lastCall = 0

    package init(start: String, script: String) {
        self.start = start
        self.script = script
    }

    package mutating func begin() -> [Action] {
        [call("Target.setAutoAttach", BrowserParameters.Attach())]
    }

    package mutating func take(_ bytes: ArraySlice<UInt8>) -> [Action] {
        // Whatever is wrong with it, there is nothing to answer.
        guard let message = try? JSONDecoder().decode(BrowserMessage.self, from: Data(bytes)) else {
            return [.failed(.malformed("a message of the browser"))]
        }
        if let id = message.id { return answered(id, message.error?.message) }
        guard let parameters = message.params else { return [] }
        switch message.method {
        case "Target.attachedToTarget":
            guard let session = parameters.sessionId, let type = parameters.targetInfo?.type else { return [] }
            return attached(session, type, parameters.targetInfo?.targetId)
        case "Page.javascriptDialogOpening":
            // alert() and its kin wait for somebody who cannot answer.
            guard let session = message.sessionId else { return [] }
            return [call("Page.handleJavaScriptDialog", BrowserParameters.Dialog(accept: false), session)]
        case "Inspector.targetCrashed" where message.sessionId != nil && message.sessionId == page:
            return [.failed(.pageEnded("has crashed"))]
        case "Target.detachedFromTarget" where parameters.sessionId != nil && parameters.sessionId == page:
            return [.failed(.pageEnded("is gone"))]
        case "Fetch.requestPaused":
            guard let session = message.sessionId, let identifier = parameters.requestId,
                let url = parameters.request?.url
            else { return [] }
            return [.serve(HeldRequest(identifier: identifier, session: session, url: url))]
        case "Runtime.bindingCalled" where parameters.name == Self.binding:
            guard message.sessionId == page, let text = parameters.payload else { return [] }
            return [.said(text)]
        default: return []
        }
    }

    package mutating func answer(_ request: HeldRequest, _ answer: SiteFiles.Answer) -> [Action] {
        typealias Answer = BrowserParameters.Answer
        switch answer {
        case .file(let type, let bytes):
            let headers = [
                Answer.Header(name: "Content-Type", value: type),
                Answer.Header(name: "X-Content-Type-Options", value: "nosniff"),
                Answer.Header(name: "Cache-Control", value: "no-store"),
            ]
            let answer = Answer(
                requestId: request.identifier, responseCode: 200, responseHeaders: headers,
                body: Data(bytes).base64EncodedString())
            return [call("Fetch.fulfillRequest", answer, request.session)]
        case .missing:
            let answer = Answer(requestId: request.identifier, responseCode: 404, responseHeaders: [], body: "")
            return [call("Fetch.fulfillRequest", answer, request.session)]
        case .refused:
            let failure = BrowserParameters.Failure(requestId: request.identifier, errorReason: "BlockedByClient")
            return [call("Fetch.failRequest", failure, request.session)]
        }
    }

    /// `text`: JSON, handed to the page's script.
    package mutating func tell(_ text: String) -> [Action] {
        guard let page else { return [] }
        return [call("Runtime.evaluate", BrowserParameters.Expression(expression: "__vitrineHear(\(text))"), page)]
    }

    private var page: String? {
        switch state {
        case .waiting: nil
        case .preparing(let session, _), .open(let session): session
        }
    }

    private mutating func attached(_ session: String, _ type: String, _ target: String?) -> [Action] {
        let fetch = call("Fetch.enable", BrowserParameters.Patterns(), session)
        let run = { (machine: inout Self) in
            machine.call("Runtime.runIfWaitingForDebugger", BrowserParameters.None(), session)
        }
        guard type == "page" else { return [fetch, run(&self)] }
        guard state == .waiting else {
            // A second window would lie over the page, and have no line to the server.
            guard let target else { return [] }
            return [call("Target.closeTarget", BrowserParameters.Target(targetId: target))]
        }
        let first = lastCall
        let calls = [
            call("Inspector.enable", BrowserParameters.None(), session),
            call("Runtime.enable", BrowserParameters.None(), session),
            call("Page.enable", BrowserParameters.None(), session),
            call("Runtime.addBinding", BrowserParameters.Binding(name: Self.binding), session),
            call("Page.addScriptToEvaluateOnNewDocument", BrowserParameters.Script(source: script), session),
            call("Target.setAutoAttach", BrowserParameters.Attach(), session), run(&self),
        ]
        // The interception's call is the one before `first + 1`.
        state = .preparing(session: session, open: Set(first...lastCall))
        return [fetch] + calls
    }

    private mutating func answered(_ id: Int, _ failure: String?) -> [Action] {
        guard case .preparing(let session, var open) = state, open.remove(id) != nil else { return [] }
        if let failure { return [.failed(.refused(failure))] }
        guard open.isEmpty else {
            state = .preparing(session: session, open: open)
            return []
        }
        state = .open(session: session)
        return [call("Page.navigate", BrowserParameters.Address(url: start), session)]
    }

    private mutating func call(_ method: String, _ parameters: some Encodable, _ session: String? = nil) -> Action {
        lastCall += 1
        let call = BrowserCall(id: lastCall, method: method, params: parameters, sessionId: session)
        // Strings and numbers: there is nothing in it that JSON does not know.
        guard let data = try? JSONEncoder().encode(call) else { return .failed(.malformed("a call")) }
        return .send(Array(data))
    }
}
