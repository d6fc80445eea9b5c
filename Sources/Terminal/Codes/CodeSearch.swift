public import Invoices

/// What a search says.
public enum CodeReport: Equatable, Sendable {
    /// The search is over.
    case found(InvoiceContent)
    /// There is a code, and it is none to pay; said once for each. The search goes on.
    case refused(CodeError)
}

/// Decides what to say of the codes in picture after picture. Pure; a camera shows the same code thirty times a second.
public struct CodeSearch: Sendable {
    /// The last code that was refused.
    private var refused: [UInt8]?

    public init() {}

    /// `codes` are those of one picture. Nil while there is nothing new to say.
    public mutating func take(_ codes: [[UInt8]]) -> CodeReport? {
        var problem: CodeReport?
        for code in codes {
            do throws(CodeError) {
                return .found(try InvoiceContent(scanned: code))
            } catch {
                guard code != refused, problem == nil else { continue }
                refused = code
                problem = .refused(error)
            }
        }
        return problem
    }
}
