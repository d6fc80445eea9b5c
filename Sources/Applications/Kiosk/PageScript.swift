internal import FoundationEssentials
package import Wire

/// What every page finds: `vitrine`, in the words of `Documentation/WebApplications.md`.
package enum PageScript {
    /// With the request that started the application filled in.
    package static func text(for request: ApplicationRequest) throws -> String {
        // A character has up to four bytes.
        let limits = [
            ("TEXT", WireLimits.textBytes), ("NAME", WireLimits.identifierBytes), ("PROOF", WireLimits.proofBytes),
            ("CUT", WireLimits.textBytes / 4),
        ]
        let filled = limits.reduce(source) { $0.replacing($1.0, with: "\($1.1)") }
        return filled.replacing("REQUEST", with: try PageMessage.text(of: request))
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
          let waiting = null;
          const bytes = text => new TextEncoder().encode(text).length;
          const check = (isRight, what) => { if (!isRight) throw new TypeError(what); };
          const checkText = (value, least, most, what) => check(
            typeof value === "string" && value.isWellFormed() && bytes(value) >= least && bytes(value) <= most, what);
          class Vitrine extends EventTarget {
            request = freeze({invoice: null, account: null, ...REQUEST});
            /** What may be entered from now on: any of "keys", "touch", "card", "pin", "code". */
            enter(...modes) {
              const known = ["keys", "touch", "card", "pin", "code"];
              check(modes.every(mode => known.includes(mode)), `enter: any of ${known}`);
              say(JSON.stringify({kind: "enter", modes}));
            }
            /** Asks the bank. Resolves to {result: "approved", reference, approval}, {result: "declined", reason} or
                {result: "more", need: "pin" | "code" | "identifier"}; then pay again with what is needed. */
            pay({invoice, source, proof}) {
              return new Promise(resolve => {
                check(!waiting, "pay: a payment is under way");
                check(["card", "stored"].includes(source), "pay: source is card or stored");
                for (const [name, least, most] of [
                  ["merchant", 1, TEXT], ["account", 0, NAME], ["identifier", 0, NAME], ["currency", 3, 3]]) {
                  checkText(invoice?.[name], least, most, `pay: invoice.${name}`);
                }
                check(Number.isSafeInteger(invoice.amount) && invoice.amount > 0, "pay: invoice.amount in minor units");
                if (proof !== undefined) checkText(proof, 1, PROOF, "pay: proof");
                const {merchant, account, identifier, amount, currency} = invoice;
                waiting = resolve;
                say(JSON.stringify({
                  kind: "pay", invoice: {merchant, account, identifier, amount, currency}, source, proof}));
              });
            }
            /** The end: {result: "approved", reference}, {result: "declined", reason}, {result: "more", request},
                {result: "cancelled"} or {result: "ended"}. */
            finish({result, reference, reason, request}) {
              check(["approved", "declined", "more", "cancelled", "ended"].includes(result), "finish: result");
              const cut = text => text === undefined
                ? undefined : Array.from(String(text).toWellFormed()).slice(0, CUT).join("");
              say(JSON.stringify({
                kind: "finish", result, reference: cut(reference), reason: cut(reason), request: cut(request)}));
            }
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
