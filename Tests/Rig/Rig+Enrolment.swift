internal import LinuxBase
internal import Pictures

/// From a TPM as its maker delivers it to a terminal in service: release, measuring, provisioning, enrolment, table.
extension Rig {
    public var release: String { folder + "/release.cbor" }
    public var releaseKey: String { folder + "/release.key" }
    public var measurements: String { folder + "/measurements" }
    var request: String { folder + "/request.cbor" }
    var grant: String { folder + "/grant.cbor" }

    /// What this terminal's image measures, in order.
    public var measured: [String] {
        get throws {
            try ["vitrine-terminal", "vitrine-decoder"].map { "\($0)=\(try Programs.path($0))" }
        }
    }

    /// The maker of the terminal's image: a key, and a signed manifest of what is measured here.
    func makeRelease() throws {
        try run("vitrine-release", ["key", "new", "--out", releaseKey], in: folder)
        try signRelease("1", generation: 1)
    }

    /// Signs what `measured` is now as a release.
    public func signRelease(_ version: String, generation: Int, offset: String? = nil) throws {
        try run(
            "vitrine-release",
            ["sign", "--key", releaseKey, "--version", version, "--generation", "\(generation)", "--out", release]
                + measured.flatMap { ["--measure", $0] } + (offset.map { ["--offset", "0", "--offset", $0] } ?? []),
            in: folder)
    }

    /// What boots do before the trusted environment starts.
    public func measure() throws {
        try Files.remove(measurements)
        try run("vitrine-measure", ["--tcti", tcti, "--log", measurements] + measured, in: folder)
    }

    /// The operator learns whose releases and whose TPMs to trust.
    func trust() throws {
        let key = "\(folder)/release.pem"
        try run("vitrine-release", ["key", "public", "--key", releaseKey, "--out", key], in: folder)
        try run("vitrinectl", ["release", "trust", key, "--name", "maker", "--state", state], in: folder)
        try run("vitrinectl", ["release", "add", release, "--state", state], in: folder)
        let authorities = "\(folder)/tpm-maker.pem"
        let roots = try TPMMaker.roots()
        try Files.replace(authorities, with: roots.root + roots.issuer)
        try run("vitrinectl", ["endorsement", "add", authorities, "--name", "swtpm", "--state", state], in: folder)
    }

    func provisioning(_ words: [String]) -> [String] {
        words + ["--store", store, "--tcti", tcti, "--release", release]
    }

    func enrol() throws {
        try initialise()
        try certify()
        for application in ["wallet", "calculator"] + options.applications + options.fixtures { try grant(application) }
        for application in ["wallet"] + options.applications {
            try run(
                "vitrinectl",
                [
                    "table", "edit", "--state", state, "--terminal", Self.terminalName, "--application", application,
                    "--stored-data", "payment-account",
                ], in: folder)
        }
        try installTable()
        try store(options.account + "=2912", as: "payment-account")
    }

    /// The terminal's own part; what it says.
    @discardableResult
    public func initialise(_ more: [String] = [], expecting status: Int32 = 0) throws -> String {
        try run(
            "vitrine-provision",
            provisioning(["init", "--terminal", Self.terminalName, "--request", request, "--screen", screen]) + more,
            in: folder, expecting: status
        ).output
    }

    /// A new enrolment of a terminal that has lost its store: the operator's authority is all that it takes.
    public func enrolAfterLoss() throws {
        try certify(["--replace"])
        try installTable()
    }

    private var screen: String { "\(options.size.width)x\(options.size.height)" }

    /// The operator's side of the enrolment, and the terminal's answer to it.
    func certify(_ more: [String] = []) throws {
        let printed = try run(
            "vitrinectl",
            [
                "terminal", "enrol", "--state", state, "--request", request, "--name", Self.terminalName, "--out",
                grant, "--server", "localhost:\(relay?.port ?? port)",
            ] + more, in: folder)
        let line = printed.output.split(separator: "\n").first { $0.hasPrefix("fingerprint ") }
        guard let fingerprint = line?.split(separator: " ").last else {
            throw RigError.wrong("no fingerprint: \(printed.output)")
        }
        try run(
            "vitrine-provision", provisioning(["install", grant, "--fingerprint", String(fingerprint)]), in: folder)
    }

    public func grant(_ application: String) throws {
        try run(
            "vitrinectl",
            [
                "right", "grant", "--state", state, "--terminal", Self.terminalName, "--user", Self.userName,
                "--application", application,
            ], in: folder)
    }

    /// Exports the terminal's records for the server's present address and installs them in the sealed store.
    public func installTable() throws {
        try run(
            "vitrinectl",
            [
                "table", "export", "--state", state, "--terminal", Self.terminalName, "--user", Self.userName,
                "--server", "localhost:\(relay?.port ?? port)", "--screen", screen, "--out", "\(folder)/bundle.cbor",
            ], in: folder)
        try run("vitrine-provision", provisioning(["install", "\(folder)/bundle.cbor"]), in: folder)
    }

    /// Puts a datum of the user into the sealed store, as a person would: through the standard input.
    public func store(_ value: String, as name: String) throws {
        let file = "\(folder)/datum"
        try Files.replace(file, with: Array(value.utf8))
        defer { try? Files.remove(file) }
        try run("vitrine-provision", provisioning(["data", "set", name]), in: folder, input: file)
    }

    /// A new key for PINs, from the bank's facility into the sealed store.
    public func storePINKey(identifier: String = "1122334455667788") throws {
        let file = "\(folder)/initial.key"
        defer { try? Files.remove(file) }
        try issuer?.command(["initial-key", "--identifier", identifier, "--output", file])
        try run("vitrine-provision", provisioning(["pin-key", identifier]), in: folder, input: file)
    }
}
