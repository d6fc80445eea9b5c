import Correspondence
import Evidence
import LinuxBase
import Logging
import Measurements
import Seal
import SecureChannel
import TLS
import TPM
import Wire

/// A proof that the TPM is making for the present connection.
struct PendingProof {
    let statement: PendingStatement
    let began: MonotonicTime
}

/// Who this terminal is, what it runs, and what it knows of the time.
extension TrustedEnvironment {
    /// The clock's bound is written again when it has moved so far: each write of the store counts the TPM's counter up.
    private static let clockStep: Int64 = 6 * 3600

    /// The client identity: the certificate from the store, the key in the TPM.
    static func identity(certificate: [UInt8], roots: [UInt8], _ device: TPMDevice) throws(StartProblem)
        -> TLSClientContext
    {
        let point: P256PublicPoint
        do throws(TPMError) { point = try device.clientPublicKey() } catch { throw .tpm(error) }
        do throws(TLSError) {
            return try TLSClientContext(
                certificatePEM: certificate, rootsPEM: roots, publicKey: (point.x, point.y),
                sign: Self.signer(device))
        } catch { throw .identity(error) }
    }

    static func signer(_ device: TPMDevice) -> Signer {
        { digest in
            let signature = try device.sign(digest: digest)
            return (signature.r, signature.s)
        }
    }

    /// The first message on a connection.
    func greet() {
        let hello = Hello(
            versions: WireLimits.versions, software: Self.software, table: records.table.version, ticket: ticket)
        // Good for one connection.
        ticket = nil
        send(.hello(hello))
    }

    /// Has the TPM prove what software asks: a quote that is bound to this challenge and to this connection. Keys and
    /// pictures go on meanwhile.
    func attest(_ challenge: Challenge) {
        do {
            let binding = try driver.channelBinding()
            let data = ChannelBinding.qualifyingData(nonce: challenge.nonce, binding: binding, sha256: Digest.sha256)
            let statement = try tpm.startQuote(
                registers: challenge.registers.map { Int($0) }, qualifyingData: data)
            proof = PendingProof(statement: statement, began: Clock.now())
        } catch {
            cannotProve(error)
        }
    }

    /// Sends the proof when it is there. One for a connection that has ended is gone with it.
    func takeProof() {
        guard let pending = proof else { return }
        do {
            guard let quote = try pending.statement.take() else { return }
            proof = nil
            send(
                .attestation(
                    Attestation(
                        statement: quote.bytes, signature: quote.signature.r + quote.signature.s,
                        log: software.log.isEmpty ? [0] : software.log, activation: try activation())))
            let now = Clock.now()
            timeline.note(
                "attested", at: now, ["took_us": UInt64(clamping: (now - pending.began).wholeNanoseconds / 1000)])
        } catch {
            proof = nil
            cannotProve(error)
        }
    }

    private func cannotProve(_ error: any Error) {
        log.error("attestation failed: \(error)")
        if case TPMError.transport = error { failure = .tpm }
        dropLink()
    }

    /// The secret of the enrolment, until a server has taken it.
    private func activation() throws(SealError) -> [UInt8]? {
        do throws(SealError) { return try store.read("activation") } catch .missing { return nil }
    }

    /// The server has let us in: what it said is authenticated, by certificate and attestation.
    func welcomed(_ welcome: Welcome) {
        ticket = welcome.ticket
        let now = Clock.now()
        if let time = welcome.time, let end = driver.serverCertificateEnd {
            clock.learn(Int64(clamping: time), certificateEnd: end, now: now)
        }
        do throws(SealError) { try keepWhatIsLearnt(now) } catch { log.error("sealed store: \(error)") }
        renewIfDue(now)
    }

    private func keepWhatIsLearnt(_ now: MonotonicTime) throws(SealError) {
        var changes: [(name: String, bytes: [UInt8]?)] = []
        let bound = clock.lowerBound(now: now)
        if bound - storedClock >= Self.clockStep {
            changes.append(("clock", NumberRecord.encoded(UInt64(bitPattern: bound))))
        }
        if try activation() != nil { changes.append(("activation", nil)) }
        let retired = retireOlderReleases()
        if let retired { changes.append(("retired", NumberRecord.encoded(retired))) }
        guard !changes.isEmpty else { return }
        try store.commit(changes)
        storedClock = max(storedClock, changes.contains { $0.name == "clock" } ? bound : 0)
        if let retired { retiredBelow = retired }
    }

    /// A release that has got so far works: older generations open this store no more. Returns the generation when the
    /// TPM was told; the store remembers it, so that a session's start asks the TPM for its two signatures only.
    private func retireOlderReleases() -> UInt64? {
        let (generation, overflow) = software.release.generation.addingReportingOverflow(storeOffset)
        guard !overflow, generation > retiredBelow else { return nil }
        do throws(TPMError) {
            try tpm.retire(upTo: generation)
            return generation
        } catch {
            log.error("older releases are not retired: \(error)")
            return nil
        }
    }

    // MARK: the certificate's renewal

    /// Asks for a new certificate in the last third of the old one's life, once a connection.
    func renewIfDue(_ now: MonotonicTime) {
        guard !renewed, !awaitsRenewal, let validity = CertificateValidity(pem: certificate),
            validity.isDue(at: clock.lowerBound(now: now), fraction: (2, 3))
        else { return }
        do {
            let point = try tpm.clientPublicKey()
            let request = try makeCertificateRequest(
                commonName: records.terminal, publicKey: (point.x, point.y), sign: Self.signer(tpm))
            log.info("certificate ends soon: asking for another")
            awaitsRenewal = true
            send(.renewal(request))
        } catch {
            log.error("no certificate request: \(error)")
        }
    }

    /// The answer to our request, and only that: of our authority, for our key, and lasting longer. A server that could
    /// put another in its place would lock the terminal out.
    func takeCertificate(_ pem: [UInt8]) {
        guard awaitsRenewal else {
            log.warning("a certificate came that was not asked for")
            return
        }
        awaitsRenewal = false
        do {
            guard let old = CertificateValidity(pem: certificate), let new = CertificateValidity(pem: pem),
                new.end > old.end, CertificateChain.isIssued(pem, by: records.roots)
            else {
                log.warning("the renewed certificate is not a newer one of our authority")
                return
            }
            let context = try Self.identity(certificate: pem, roots: records.roots, tpm)
            try store.commit([("certificate", pem)])
            certificate = pem
            identity = context
            // The next connection comes with it; this one goes on.
            renewed = true
            log.info("certificate renewed", metadata: ["until": "\(new.end)"])
        } catch {
            log.error("the renewed certificate is not usable: \(error)")
        }
    }
}
