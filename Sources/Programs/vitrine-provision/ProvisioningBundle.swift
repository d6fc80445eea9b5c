internal import Correspondence
internal import LinuxBase
internal import Pictures
internal import Seal
internal import TLS
internal import TPM
internal import Wire

/// What the server exports for a terminal: a deterministic CBOR map from record name to the record's bytes.
struct ProvisioningBundle {
    /// Sorted by name.
    let records: [(name: String, bytes: [UInt8])]

    /// The most that a bundle may have: a table of as many rows as fit has that many logos.
    private static let byteLimit = 64 << 20
    private static let recordLimit = 512

    init(reading path: String) throws(Problem) {
        let bytes: [UInt8]
        do throws(Files.ReadError) {
            bytes = try Files.read(path, limit: Self.byteLimit)
        } catch {
            switch error {
            case .system(let error): throw Problem(error.description, ExitCode.noInput)
            case .tooLarge: throw Problem("\(path): larger than \(Self.byteLimit) bytes", ExitCode.badData)
            }
        }
        let limits = CBOR.Limits(nesting: 1, containerItems: Self.recordLimit, totalItems: 2 * Self.recordLimit + 1)
        let item: CBOR
        do throws(WireError) {
            item = try CBOR(decoding: bytes, limits: limits)
        } catch {
            throw Problem("\(path): not a provisioning bundle (\(error))", ExitCode.badData)
        }
        guard case .map(let pairs) = item, !pairs.isEmpty else {
            throw Problem("\(path): not a provisioning bundle", ExitCode.badData)
        }
        var records: [(name: String, bytes: [UInt8])] = []
        for (key, value) in pairs {
            guard let name = key.text, let bytes = value.bytes else {
                throw Problem("\(path): not a provisioning bundle", ExitCode.badData)
            }
            records.append((name, bytes))
        }
        self.records = records.sorted { $0.name < $1.name }
        try checkForms()
    }

    /// Decodes each record as the terminal will at its next start: better refused here, beside the operator.
    private func checkForms() throws(Problem) {
        for (name, bytes) in records {
            do throws(CorrespondenceError) {
                if name == "table" {
                    _ = try CorrespondenceTable(decoding: bytes)
                } else if name.hasPrefix("glyphs/") {
                    _ = try GlyphSheet(decoding: bytes)
                } else if name.hasPrefix("logo/") {
                    _ = try Picture(decodingLogo: bytes)
                }
            } catch {
                throw Problem("record \(name): \(error)", ExitCode.badData)
            }
        }
    }

    /// The certificate must be for this TPM's key, and the roots must be certificates; one of the two may be in the store.
    func checkCertificate(_ tpm: TPMDevice, beside store: SealedStore) throws(Problem) {
        guard let certificate = try bytes("certificate", orFrom: store), let roots = try bytes("roots", orFrom: store)
        else { return }
        let point: P256PublicPoint
        do throws(TPMError) { point = try tpm.clientPublicKey() } catch { throw Problem(error) }
        do throws(TLSError) {
            _ = try TLSClientContext(
                certificatePEM: certificate, rootsPEM: roots, publicKey: (point.x, point.y),
                sign: { digest in
                    let signature = try tpm.sign(digest: digest)
                    return (signature.r, signature.s)
                })
        } catch {
            throw Problem(error)
        }
    }

    private func bytes(_ name: String, orFrom store: SealedStore) throws(Problem) -> [UInt8]? {
        if let record = records.first(where: { $0.name == name }) { return record.bytes }
        do throws(SealError) {
            return try store.read(name)
        } catch .missing {
            return nil
        } catch {
            throw Problem(error)
        }
    }
}
