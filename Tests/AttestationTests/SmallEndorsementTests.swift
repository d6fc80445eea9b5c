internal import Admission
internal import Crypto
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase
internal import Rig
internal import TPM
internal import Testing
internal import X509

extension AttestationTests {
    @Suite struct `An endorsement key on P-256` {
        /// swtpm's own certificate is for P-384: this key is made from the TCG's template L-2, and a test's authority
        /// certifies it. Another implementation opens the credential.
        @Test func `a credential for it is activated by tpm2-tools`() throws {
            let subject = try Subject(1)
            var request = try subject.request("t1")
            let (folder, tcti) = (subject.folder.path, subject.tpm.tcti)
            subject.release()
            func tool(_ name: String, _ arguments: [String], expecting status: Int32 = 0) throws {
                try run(Programs.tool(name), ["-T", tcti] + arguments, in: folder, expecting: status)
            }
            try tool("tpm2_createek", ["-c", "\(folder)/ek.ctx", "-G", "ecc", "-u", "\(folder)/ek.pub"])
            // A TPM2B_PUBLIC: two bytes of size first.
            request.endorsementArea = Array(try Files.read("\(folder)/ek.pub", limit: 4096).dropFirst(2))
            let area = try PublicArea(decoding: request.endorsementArea)
            #expect(area.point.curve == .p256 && area.nameAlgorithm == PublicArea.Algorithm.sha256)
            let key = try P256.Signing.PublicKey(x963Representation: area.point.uncompressed)
            let chain = try Chain(of: Certificate.PublicKey(key), levels: 1)
            request.endorsementCertificate = chain.leaf

            let state = try State(pinned: false)
            for record in try EndorsementRoots.records(chain.pinned[0].pem, name: "maker", now: state.now) {
                try state.directory.addEndorsementRoot(record)
            }
            let applicant = try state.office.examine(request.encoded(), name: "t1", now: state.now)
            let grant = try state.office.grant(applicant, records: ["a": [1]])

            func activate(_ grant: EnrolmentGrant, expecting status: Int32 = 0) throws {
                // The tools' own file: a magic number, version 1, then the two TPM2B.
                func sized(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes }
                let file: [UInt8] =
                    [0xBA, 0xDC, 0xC0, 0xDE, 0, 0, 0, 1] + sized(grant.credential) + sized(grant.secret)
                try Files.replace("\(folder)/credential", with: file)
                try tool("tpm2_flushcontext", ["-t"])
                try tool("tpm2_startauthsession", ["--policy-session", "-S", "\(folder)/session"])
                try tool("tpm2_policysecret", ["-S", "\(folder)/session", "-c", "e"])
                try tool(
                    "tpm2_activatecredential",
                    [
                        "-c", "0x81000011", "-C", "\(folder)/ek.ctx", "-i", "\(folder)/credential", "-o",
                        "\(folder)/secret", "-P", "session:\(folder)/session",
                    ], expecting: status)
                try tool("tpm2_flushcontext", ["\(folder)/session"])
            }
            try activate(grant)
            let secret = try Files.read("\(folder)/secret", limit: 100)
            let sealed = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: grant.nonce), ciphertext: grant.ciphertext.dropLast(16),
                tag: grant.ciphertext.suffix(16))
            let bundleKey = SymmetricKey(data: Digests.sha256(EnrolmentGrant.keyMessage(secret: secret)))
            #expect(try EnrolmentGrant.records(ofBundle: [UInt8](AES.GCM.open(sealed, using: bundleKey))) == ["a": [1]])
            var altered = grant
            altered.credential[5] ^= 1
            try activate(altered, expecting: 1)
        }
    }
}
