internal import Codes
internal import Invoices
internal import Launch
internal import LinuxBase
internal import Wire

/// An invoice from a picture of a merchant's code.
enum PictureInvoice {
    /// Ends with a usage error for what is none.
    static func read(_ path: String) -> Invoice {
        do {
            let picture = try PictureFile.picture(from: try Files.read(path, limit: PictureFile.byteLimit))
            return try invoice(in: CodeReader.read(picture))
        } catch Files.ReadError.tooLarge(_, let limit) {
            Output.end(.usage, "\(path): more than the \(limit) bytes a picture may have")
        } catch Files.ReadError.system(let error) {
            Output.end(.usage, "code: \(error)")
        } catch {
            Output.end(.usage, "\(path): \(error)")
        }
    }

    private static func invoice(in content: InvoiceContent) throws -> Invoice {
        switch content {
        case .code(let coded):
            guard let invoice = coded.invoice() else {
                throw CodesError.failed(reason: "the code leaves the amount, or the tip, to whoever pays")
            }
            return invoice
        case .address(let address):
            guard let invoice = try LaunchURI.parse(address).invoice else {
                throw CodesError.failed(reason: "the code starts an application and is no invoice")
            }
            return invoice
        }
    }
}
