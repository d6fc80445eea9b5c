internal import FoundationEssentials
package import Wire

/// What every page finds: `vitrine`, in the words of `Documentation/WebApplications.md`.
package enum PageScript {
    /// With the request that started the application filled in.
    package static func text(for request: ApplicationRequest) throws -> String {
        source.replacing("REQUEST", with: try PageMessage.text(of: request))
    }

    private static let source = """
        "use strict";
        (() => {
          const say = window.\(BrowserMachine.binding);
          delete window.\(BrowserMachine.binding);
          // Frames within the page have no business with the till.
          if (window !== window.top) return;
          const freeze = value => {
            if (value && typeof value === "object") Object.values(value).forEach(freeze);
            return Object.freeze(value);
          };
          let attempt = 0, waiting = null;
          class Vitrine extends EventTarget {
            request = freeze(REQUEST);
            /** What may be entered from now on: any of "keys", "touch", "card", "pin", "code". */
            enter(...modes) { say(JSON.stringify({kind: "enter", modes})); }
            /** Asks the bank. Resolves to {result: "approved", reference, approval}, {result: "declined", reason} or
                {result: "more", need: "pin" | "code" | "identifier"}; then pay again with what is needed. */
            pay({invoice, source, proof}) {
              if (waiting) return Promise.reject(new Error("a payment is under way"));
              return new Promise(resolve => {
                waiting = resolve;
                say(JSON.stringify({kind: "pay", attempt: ++attempt, invoice, source, proof}));
              });
            }
            /** The end: {result: "approved", reference}, {result: "declined", reason}, {result: "more", request},
                {result: "cancelled"} or {result: "ended"}. */
            finish(outcome) { say(JSON.stringify({kind: "finish", ...outcome})); }
          }
          const vitrine = new Vitrine();
          Object.defineProperty(window, "vitrine", {value: vitrine, enumerable: true});
          Object.defineProperty(window, "__vitrineHear", {value: ({type, detail}) => {
            if (type === "payment") {
              const resolve = waiting;
              waiting = null;
              resolve?.(detail);
            } else vitrine.dispatchEvent(new CustomEvent(type, {detail}));
          }});
        })();
        """
}
