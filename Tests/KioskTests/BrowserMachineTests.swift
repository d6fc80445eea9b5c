import FoundationEssentials
import Kiosk
import Testing

@Suite struct BrowserMachineTests {
    private struct Call: Decodable {
        var id: Int
        var method: String
        var sessionId: String?
    }

    private func calls(_ actions: [BrowserMachine.Action]) throws -> [Call] {
        try actions.compactMap { action in
            guard case .send(let bytes) = action else { return nil }
            return try JSONDecoder().decode(Call.self, from: Data(bytes))
        }
    }

    private func take(_ machine: inout BrowserMachine, _ text: String) -> [BrowserMachine.Action] {
        machine.take(Array(text.utf8)[...])
    }

    private func attached(_ session: String, _ type: String) -> String {
        #"{"method":"Target.attachedToTarget","params":{"sessionId":"\#(session)","targetInfo":{"type":"\#(type)","targetId":"T\#(session)"}}}"#
    }

    @Test func `the page is loaded when everything about it is set, and not before`() throws {
        var machine = BrowserMachine(start: "https://s/i.html", script: "1")
        #expect(try calls(machine.begin()).map(\.method) == ["Target.setAutoAttach"])
        let prepared = try calls(take(&machine, attached("P", "page")))
        #expect(prepared.first?.method == "Fetch.enable" && prepared.allSatisfy { $0.sessionId == "P" })
        #expect(prepared.contains { $0.method == "Page.addScriptToEvaluateOnNewDocument" })
        for call in prepared.dropLast() {
            let actions = take(&machine, #"{"id":\#(call.id),"result":{}}"#)
            #expect(actions == [])
        }
        let last = take(&machine, #"{"id":\#(prepared.last?.id ?? 0),"result":{}}"#)
        #expect(try calls(last).map(\.method) == ["Page.navigate"])
    }

    @Test func `a browser that refuses what keeps it in is given up`() throws {
        for refused in 0..<8 {
            var machine = BrowserMachine(start: "https://s/i.html", script: "1")
            _ = machine.begin()
            let prepared = try calls(take(&machine, attached("P", "page")))
            #expect(prepared.count == 8)
            let actions = take(&machine, #"{"id":\#(prepared[refused].id),"error":{"message":"no"}}"#)
            #expect(actions == [.failed(.refused("no"))])
        }
    }

    @Test func `only the page has a line to the server; requests of all targets are held`() throws {
        var machine = BrowserMachine(start: "https://s/i.html", script: "1")
        _ = machine.begin()
        _ = take(&machine, attached("P", "page"))
        let (worker, window) = (
            try calls(take(&machine, attached("Q", "worker"))), try calls(take(&machine, attached("R", "page")))
        )
        #expect(worker.map(\.method) == ["Fetch.enable", "Runtime.runIfWaitingForDebugger"])
        #expect(window.map(\.method) == ["Target.closeTarget"], "a second window")
        func says(_ session: String, _ name: String) -> String {
            #"{"method":"Runtime.bindingCalled","sessionId":"\#(session)","params":{"name":"\#(name)","payload":"x"}}"#
        }
        let heard = take(&machine, says("P", BrowserMachine.binding))
        let (foreign, unknown) = (take(&machine, says("Q", BrowserMachine.binding)), take(&machine, says("P", "other")))
        #expect(heard == [.said("x")] && foreign == [] && unknown == [])
        let held = take(
            &machine,
            #"{"method":"Fetch.requestPaused","sessionId":"Q","params":{"requestId":"r","request":{"url":"https://e/"}}}"#
        )
        guard case .serve(let request)? = held.first else {
            Issue.record("\(held)")
            return
        }
        #expect(request.url == "https://e/")
        let refusal = try calls(machine.answer(request, .refused("another site")))
        #expect(refusal.map(\.method) == ["Fetch.failRequest"] && refusal.first?.sessionId == "Q")
    }

    @Test func `a page that is gone is noticed, and another target is not the page`() {
        var machine = BrowserMachine(start: "https://s/i.html", script: "1")
        _ = machine.begin()
        _ = take(&machine, attached("P", "page"))
        func crash(_ session: String) -> String {
            #"{"method":"Inspector.targetCrashed","sessionId":"\#(session)","params":{}}"#
        }
        func detach(_ session: String) -> String {
            #"{"method":"Target.detachedFromTarget","params":{"sessionId":"\#(session)"}}"#
        }
        let ends = [crash("P"), crash("Q"), detach("P"), detach("Q")].map { take(&machine, $0) }
        #expect(ends == [[.failed(.pageEnded("has crashed"))], [], [.failed(.pageEnded("is gone"))], []])
    }

    @Test func `what is no message is an end`() {
        var machine = BrowserMachine(start: "https://s/i.html", script: "1")
        for text in ["", "{", "[]", #"{"id":"one"}"#, "\u{0}"] {
            guard case .failed? = take(&machine, text).first else {
                Issue.record("\(text)")
                continue
            }
        }
    }
}
