public import Database

/// Why the authority could not do its work.
public enum AdmissionError: Error, Equatable, Sendable, CustomStringConvertible {
    case directory(DatabaseError)
    /// The directory holds no authority yet.
    case noAuthority
    case badCertificate(what: String, detail: String)
    case badKey(detail: String)
    /// The key is not the one that the authority's certificate is about.
    case keyMismatch
    case badRequest(detail: String)
    /// The request was made for another terminal than the operator names.
    case requestForOther(name: String, asked: String)
    case badHost(String)
    case badLifetime
    case signing(detail: String)
    case file(path: String, detail: String)

    public var description: String {
        switch self {
        case .directory(let error): error.description
        case .noAuthority: "there is no certificate authority yet: run vitrinectl init"
        case .badCertificate(let what, let detail): "\(what) certificate is not readable: \(detail)"
        case .badKey(let detail): "the authority's key is not readable: \(detail)"
        case .keyMismatch: "the authority's key does not belong to its certificate"
        case .badRequest(let detail): "certificate request: \(detail)"
        case .requestForOther(let name, let asked): "the certificate request was made by terminal \(asked), not \(name)"
        case .badHost(let host): "\"\(host)\" is neither a host name nor an address"
        case .badLifetime: "a certificate lasts from one second to 100 years"
        case .signing(let detail): "cannot sign: \(detail)"
        case .file(let path, let detail): "\(path): \(detail)"
        }
    }
}
