import Catalogue
import FoundationEssentials
import LinuxBase
import Rig

/// A registry that serves the images of a layout, and does one thing wrong.
struct BadRegistry: ~Copyable {
    let port: UInt16
    private let child: ChildProcess

    enum Manner: String, CaseIterable {
        /// Other bytes under a blob's digest; of the same length.
        case lies
        /// Another manifest than the digest that was asked for.
        case switches
        /// Half a blob, and then the line is cut.
        case half
        /// Takes the question and says nothing.
        case hangs
        /// A byte now and then, for ever.
        case drips
        /// A blob without end.
        case endless
        /// A manifest without end.
        case floods
        /// Nonsense for a manifest.
        case babbles
    }

    init(_ manner: Manner, layout: String, in folder: String) throws {
        try Files.replace(folder + "/registry.py", with: Array(Self.script.utf8))
        let ready = "\(folder)/\(manner.rawValue).port"
        let log = try Files.makeFile("\(folder)/\(manner.rawValue).log", mode: 0o600)
        let nothing = try Files.openNothing()
        let child = try ChildProcess(
            Programs.tool("python3"),
            arguments: ["python3", folder + "/registry.py", manner.rawValue, layout, ready], environment: [],
            descriptors: [(nothing.raw, 0), (log.raw, 1), (log.raw, 2)], diesWithParent: false)
        try wait(for: "a bad registry") { Files.exists(ready) }
        guard let port = UInt16(String(decoding: try Files.read(ready, limit: 16), as: UTF8.self)) else {
            throw RigError.wrong("no port")
        }
        self.port = port
        self.child = child
    }

    private static let script = ##"""
        import hashlib, http.server, json, os, sys, time

        manner, layout, ready = sys.argv[1:]
        index = json.load(open(layout + "/index.json"))
        tags = {m["annotations"]["org.opencontainers.image.ref.name"]: m["digest"] for m in index["manifests"]}
        manifests = set(tags.values())

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *_): pass
            def answer(self, body, kind="application/octet-stream", length=None, digest=None):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                if digest: self.send_header("Docker-Content-Digest", digest)
                self.end_headers()
                if self.command != "HEAD": self.wfile.write(body)
            def missing(self):
                self.send_response(404)
                body = b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def endless(self, kind):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Connection", "close")
                self.end_headers()
                while True: self.wfile.write(bytes(1 << 16))
            def do_HEAD(self): self.do_GET()
            def do_GET(self):
                if self.path == "/v2/": return self.answer(b"{}", "application/json")
                name = self.path.split("/")[-1]
                is_manifest = "/manifests/" in self.path
                digest = tags.get(name, name)
                path = layout + "/blobs/" + digest.replace(":", "/")
                if not digest.startswith("sha256:") or not os.path.exists(path): return self.missing()
                body = open(path, "rb").read()
                if is_manifest:
                    kind = "application/vnd.oci.image.manifest.v1+json"
                    is_signature = name.endswith(".vitrine")
                    if manner == "floods" and not is_signature: return self.endless(kind)
                    if manner == "babbles" and not is_signature: return self.answer(b"{" * 100000, kind)
                    if manner == "hangs" and not is_signature: time.sleep(600)
                    if manner == "switches" and name.startswith("sha256:"): body = body.replace(b"2", b"2 ", 1)
                    return self.answer(body, kind)
                if manner == "lies": body = bytes(len(body))
                if manner == "half":
                    self.answer(body[:len(body) // 2], length=len(body))
                    self.close_connection = True
                    self.connection.close()
                    return
                if manner == "drips":
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    while True:
                        self.wfile.write(b"\0")
                        self.wfile.flush()
                        time.sleep(0.2)
                if manner == "endless": return self.endless("application/octet-stream")
                self.answer(body)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        with open(ready + ".new", "w") as file: file.write(str(server.server_address[1]))
        os.rename(ready + ".new", ready)
        server.serve_forever()
        """##
}
