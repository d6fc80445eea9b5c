internal import Evidence
internal import LinuxBase
internal import Seal
internal import TLS
internal import TPM
internal import Wire

/// Putting a terminal into service.
extension Command {
    private static let software = "vitrine-provision 0.1"

    /// Keeps what is there, so that it can be run again after a power cut, or for the next certificate.
    func initialise(_ tpm: TPMDevice, writing path: String) throws(Problem) {
        let request = try prepare(tpm)
        do throws(SystemCallError) { try Files.replace(path, with: request, mode: 0o644) } catch {
            throw Problem(error.description, ExitCode.cannotCreate)
        }
        say("request for terminal \(try required("--terminal")) in \(path)")
    }

    /// All in one, over the network of the factory: the answer opens in this TPM only, and is taken when its fingerprint
    /// is what the operator sees.
    func enrol(_ tpm: TPMDevice, at server: String) throws(Problem) {
        let request = try prepare(tpm)
        say("asking \(server); its operator has to let this terminal in", to: 2)
        var expected = ""
        let answer = try EnrolmentCall(server: server).ask(request) { (offer) throws(Problem) in
            expected = Fingerprint.short(
                request: request, authority: offer.authority, operator: offer.operatorKey, sha256: Digest.sha256)
            try compare(expected)
        }
        // The grant has to be of those whom the fingerprint was over.
        try install(tpm, Grant.open(answer, with: tpm), into: open(tpm), compared: expected)
    }

    /// Makes keys and store, and the request; the request is kept, since the fingerprint is over it.
    private func prepare(_ tpm: TPMDevice) throws(Problem) -> [UInt8] {
        let release = try release()
        _ = (try required("--terminal"), try screen())
        do throws(TPMError) { try tpm.provision() } catch { throw Problem(error) }
        if !SealedStore.isProvisioned(store) { try makeStore(tpm, release) }
        let opened = try open(tpm)
        let request = try request(tpm)
        do throws(SealError) { try opened.write("request", request) } catch { throw Problem(error) }
        return request
    }

    /// A TPM whose generation counter has passed the release was used before and cleared: its policies are shifted, and
    /// the release has to be signed for that.
    private func makeStore(_ tpm: TPMDevice, _ release: ReleaseManifest) throws(Problem) {
        let counter: UInt64
        do throws(TPMError) { counter = try tpm.generation() } catch { throw Problem(error) }
        // The smallest for which the release was signed and is not retired on this TPM.
        let fitting = release.policies.map(\.offset).filter { offset in
            let (sum, overflow) = release.generation.addingReportingOverflow(offset)
            return !overflow && sum >= counter
        }.min()
        guard let offset = fitting else {
            throw Problem(
                """
                this TPM was used before, its generation counter is \(counter): have the release signed with \
                --offset \(counter - 1)
                """,
                ExitCode.badData)
        }
        try refuseReplacement(tpm)
        let authority = P256PublicPoint(x: release.authorityX, y: release.authorityY)
        do throws(SealError) {
            try SealedStore.provision(folder: store, tpm: tpm, authority: authority, offset: offset)
        } catch { throw Problem(error) }
    }

    /// A store that is made anew makes the one before an old copy, which opens no more: not by a slip in a path.
    private func refuseReplacement(_ tpm: TPMDevice) throws(Problem) {
        let count: UInt64
        do throws(TPMError) { count = try tpm.storeCounter() } catch { throw Problem(error) }
        guard count > 1, !replacesStore else { return }
        throw Problem(
            """
            \(store) has no store, and this TPM has dated one \(count) times: is the path right? --replace makes a new \
            store here, and any other of this TPM opens no more
            """, ExitCode.badData)
    }

    private func request(_ tpm: TPMDevice) throws(Problem) -> [UInt8] {
        let terminal = try required("--terminal")
        let screen = try screen()
        let endorsement: EndorsementKey
        let certification: Statement
        let point: P256PublicPoint
        let areas: (attestation: [UInt8], client: [UInt8])
        do throws(TPMError) {
            endorsement = try tpm.endorsement()
            certification = try tpm.certifyClientKey(qualifyingData: [])
            point = try tpm.clientPublicKey()
            areas = (try tpm.attestationArea(), try tpm.clientArea())
        } catch { throw Problem(error) }
        return EnrolmentRequest(
            terminal: terminal, endorsementCertificate: endorsement.certificate, endorsementArea: endorsement.area,
            attestationArea: areas.attestation, clientArea: areas.client, certification: certification.bytes,
            certificationSignature: certification.signature.r + certification.signature.s,
            request: try certificateRequest(terminal, point, tpm), software: Self.software, width: screen.width,
            height: screen.height
        ).encoded()
    }

    private func certificateRequest(
        _ terminal: String, _ point: P256PublicPoint, _ tpm: TPMDevice
    ) throws(Problem) -> [UInt8] {
        do throws(TLSError) {
            return try makeCertificateRequest(commonName: terminal, publicKey: (point.x, point.y)) { digest in
                let signature = try tpm.sign(digest: digest)
                return (signature.r, signature.s)
            }
        } catch { throw Problem(error) }
    }

    private func screen() throws(Problem) -> (width: Int, height: Int) {
        let text = self[option: "--screen"] ?? "800x480"
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        let range = 1...WireLimits.pictureSide
        guard sides.count == 2, let width = sides[0], let height = sides[1], range.contains(width),
            range.contains(height)
        else { throw Problem("--screen \(text): expected WIDTHxHEIGHT in pixels", ExitCode.usage) }
        return (width, height)
    }
}
