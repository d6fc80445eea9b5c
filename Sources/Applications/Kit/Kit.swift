internal import Drawing
internal import Glibc
public import LinuxBase
internal import Measurements
internal import Pictures
internal import RFB
public import Wire

/// Runs one application in its cell.
public enum Kit {
    /// Where the cell keeps the request and the socket; `VITRINE_RUN` names another folder, for tests and for trying an
    /// application by hand (`VITRINE_RUN=… wallet 3>/dev/null`).
    static let folder = "/run/vitrine"
    /// The control socket, as the cell hands it over.
    static let controlNumber: Int32 = 3
    /// Largest request: an invoice and some complementary data.
    static let requestBytes = 1 << 16

    /// Serves one session and returns the process's exit status: 0 when the application has given its outcome or nobody
    /// wants it any more, 1 when it could not run (the server is told so where possible).
    public static func run<A: Application & ~Copyable>(_ type: A.Type) -> Int32 {
        Signals.ignoreBrokenPipes()
        // SAFETY: getenv's string is copied before anything could change the environment; this is the only thread.
        let folder = unsafe getenv("VITRINE_RUN").map { unsafe String(cString: $0) } ?? folder
        let control = Descriptor(owning: controlNumber)
        do throws(KitError) {
            _ = try serve(type, folder: folder, control: control)
            return 0
        } catch {
            // Closed with this scope, which is fine: the process ends next.
            let errors = Descriptor(owning: STDERR_FILENO)
            // Without a reader for either, the exit status still says it.
            try? errors.writeAll(Array("application: \(error.description)\n".utf8))
            _ = try? control.write(ApplicationEvent.outcome(.failed(reason: error.description)).encoded()[...])
            return 1
        }
    }

    /// Serves one session on `folder`/rfb.sock with the request in `folder`/request, tells `control` what happens, and
    /// returns the outcome; nil when the other end of `control` has gone.
    public static func serve<A: Application & ~Copyable>(
        _ type: A.Type, folder: String, control: borrowing Descriptor
    ) throws(KitError) -> Outcome? {
        // The socket first: the capture that waits for it connects while the first picture is being drawn.
        let listener = try listen(folder + "/rfb.sock")
        let request = try readRequest(folder + "/request")
        do throws(SystemCallError) { try control.setNonBlocking() } catch { throw .system(error) }
        var host = try Host<A>(request: request, random: randomNumber())
        try host.report(to: control)
        while host.outcome == nil {
            let watched: [(descriptor: Int32, events: Poll.Events)] = [
                (control.raw, .readable), (listener.raw, .readable), host.watch(),
            ]
            let ready: [Poll.Events]
            do throws(SystemCallError) {
                ready = try Poll.wait(for: watched, timeout: host.timeout())
            } catch { throw .system(error) }
            if !ready[0].isEmpty, try !host.hear(control) { return nil }
            if !ready[2].isEmpty { host.serveClient() }
            if !ready[1].isEmpty { try host.welcome(from: listener) }
            host.wakeIfDue()
            host.update()
            try host.report(to: control)
        }
        return host.outcome
    }

    private static func listen(_ path: String) throws(KitError) -> Descriptor {
        do throws(SystemCallError) {
            let listener = try UnixSocket.listen(path, mode: 0o600, backlog: 1)
            try listener.setNonBlocking()
            return listener
        } catch { throw .system(error) }
    }

    private static func readRequest(_ path: String) throws(KitError) -> ApplicationRequest {
        let bytes: [UInt8]
        do throws(Files.ReadError) { bytes = try Files.read(path, limit: requestBytes) } catch {
            throw .request(path: path, error)
        }
        do throws(WireError) { return try ApplicationRequest(decoding: bytes) } catch {
            throw .malformedRequest(error)
        }
    }

    private static func randomNumber() throws(KitError) -> UInt64 {
        do throws(SystemCallError) {
            return try Random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
        } catch { throw .system(error) }
    }
}
