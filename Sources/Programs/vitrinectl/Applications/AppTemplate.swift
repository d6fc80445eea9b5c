internal import Catalogue

/// What `vitrinectl app new` writes: a window by libX11, in Python, which every server has.
enum AppTemplate {
    struct File {
        let name: String
        let text: String
        var isProgram = false
    }

    /// The manifest is read back: what a server would refuse is refused here.
    static func files(id: String) throws -> [File] {
        let manifest = manifest(id)
        _ = try ApplicationManifest(toml: manifest)
        return [
            File(name: "vitrine.toml", text: manifest), File(name: "main.py", text: program, isProgram: true),
            File(name: "image.sh", text: image(id), isProgram: true), File(name: "README.md", text: readme(id)),
        ]
    }

    private static func manifest(_ id: String) -> String {
        """
        # What the server knows of this application (Documentation/Applications.md).
        id = "\(id)"
        title = "\(id.prefix(1).uppercased() + id.dropFirst())"
        version = "0.1"
        kind = "window"
        command = ["/usr/bin/python3", "/app/main.py"]
        accent = "#0B6E4F"
        entry = ["keys"]

        [limits]
        memory_mb = 256
        first_picture_seconds = 10

        """
    }

    private static func readme(_ id: String) -> String {
        """
        # \(id)

        See it, and see it with keys typed:

            vitrinectl app preview . --out \(id).png
            vitrinectl app preview . --out \(id).png --type 4711

        Change `main.py`, look again. On a server of your own, for trials:

            vitrinectl app import --unsigned .

        As an image, signed, in a registry:

            ./image.sh image 0.1
            skopeo copy --preserve-digests oci:image:0.1 docker://registry.example.org/\(id):0.1
            vitrinectl app sign docker://registry.example.org/\(id):0.1
            vitrinectl app import docker://registry.example.org/\(id):0.1

        """
    }

    private static func image(_ id: String) -> String {
        """
        #!/bin/sh
        # image.sh LAYOUT TAG: this folder as an OCI image with /app alone, which runs on the server's own root.
        set -eu
        layout=$1 tag=$2
        here=$(cd "$(dirname "$0")" && pwd)
        [ -e "$layout" ] || umoci init --layout "$layout"
        umoci new --image "$layout:$tag"
        umoci insert --rootless --image "$layout:$tag" "$here/vitrine.toml" /app/vitrine.toml
        umoci insert --rootless --image "$layout:$tag" "$here/main.py" /app/main.py

        """
    }

    private static let program = ##"""
        #!/usr/bin/python3
        """A Vitrine application in one file: a window by libX11, and nothing else.

        It shows what it was asked for and the keys that are pressed. OK ends it, Cancel cancels. What an application finds:
          VITRINE_SIZE          the size of the picture, 800x448 for example
          /run/vitrine/request  what was asked for (CBOR): who, where, the invoice, the data that vitrine.toml names
          descriptor 3          to the server, one CBOR item a packet: here, how it ended
          /app                  this folder, read-only; /tmp is memory, and there is no network
        """
        import ctypes
        import os
        import sys

        WIDTH, HEIGHT = map(int, os.environ["VITRINE_SIZE"].split("x"))
        BACKGROUND, INK, ACCENT = 0xF4F1EA, 0x1F2933, 0x0B6E4F
        RETURN, ENTER, ESCAPE = 0xFF0D, 0xFF8D, 0xFF1B
        ENDED, CANCELLED = 4, 5


        def decode(data, at=0):
            """One CBOR item, as far as requests use it: numbers, bytes, texts, arrays, maps."""
            kind, number = data[at] >> 5, data[at] & 31
            at += 1
            if number >= 24:
                length = 1 << (number - 24)
                number = int.from_bytes(data[at:at + length], "big")
                at += length
            if kind == 0:
                return number, at
            if kind in (2, 3):
                text = data[at:at + number]
                return (text.decode() if kind == 3 else text), at + number
            items = []
            for _ in range(number * (2 if kind == 5 else 1)):
                item, at = decode(data, at)
                items.append(item)
            return (dict(zip(items[::2], items[1::2])) if kind == 5 else items), at


        def end(outcome):
            """Tells the server how it ended: {0: outcome, 1: which}."""
            os.write(3, bytes([0xA2, 0x00, 0x18, 34, 0x01, outcome]))
            sys.exit(0)


        class Window:
            def __init__(self):
                self.x = ctypes.CDLL("libX11.so.6")
                for name in ("XOpenDisplay", "XCreateGC", "XLoadQueryFont"):
                    getattr(self.x, name).restype = ctypes.c_void_p
                for name in ("XCreateSimpleWindow", "XDefaultRootWindow"):
                    getattr(self.x, name).restype = ctypes.c_ulong
                self.display = ctypes.c_void_p(self.x.XOpenDisplay(None))
                root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))
                self.window = ctypes.c_ulong(self.x.XCreateSimpleWindow(
                    self.display, root, 0, 0, WIDTH, HEIGHT, 0, ctypes.c_ulong(0), ctypes.c_ulong(BACKGROUND)))
                # KeyPressMask and ExposureMask.
                self.x.XSelectInput(self.display, self.window, ctypes.c_long(1 | 1 << 15))
                self.x.XMapRaised(self.display, self.window)
                self.pen = ctypes.c_void_p(self.x.XCreateGC(self.display, self.window, ctypes.c_ulong(0), None))
                # Large letters where the server has them (xfonts-100dpi).
                for name in (b"-*-helvetica-bold-r-*-*-34-*-*-*-*-*-*-*", b"fixed"):
                    font = self.x.XLoadQueryFont(self.display, name)
                    if font:
                        # XFontStruct: a pointer, then the font's number.
                        number = ctypes.cast(font, ctypes.POINTER(ctypes.c_ulong))[1]
                        self.x.XSetFont(self.display, self.pen, ctypes.c_ulong(number))
                        break

            def text(self, x, y, text, colour=INK):
                raw = text.encode("latin-1", "replace")
                self.x.XSetForeground(self.display, self.pen, ctypes.c_ulong(colour))
                self.x.XDrawString(self.display, self.window, self.pen, x, y, raw, len(raw))

            def bar(self, height, colour):
                self.x.XSetForeground(self.display, self.pen, ctypes.c_ulong(colour))
                self.x.XFillRectangle(self.display, self.window, self.pen, 0, 0, WIDTH, height)

            def key(self):
                """The next key, as a keysym; None when there is something to draw."""
                event = (ctypes.c_long * 24)()
                self.x.XNextEvent(self.display, event)
                if ctypes.cast(event, ctypes.POINTER(ctypes.c_int))[0] != 2:  # KeyPress
                    return None
                key = ctypes.c_ulong()
                self.x.XLookupString(event, ctypes.create_string_buffer(8), 8, ctypes.byref(key), None)
                return key.value


        def main():
            with open("/run/vitrine/request", "rb") as file:
                request, _ = decode(file.read())
            user, invoice = request.get(2, ""), request.get(6)
            window, typed = Window(), ""
            while True:
                key = window.key()
                if key in (RETURN, ENTER):
                    end(ENDED)
                if key == ESCAPE:
                    end(CANCELLED)
                if key and 0x20 <= key < 0x7F:
                    typed = (typed + chr(key))[-24:]
                window.x.XClearWindow(window.display, window.window)
                window.bar(HEIGHT // 6, ACCENT)
                window.text(24, HEIGHT // 9, "Hello, " + user, 0xFFFFFF)
                if invoice:
                    window.text(24, HEIGHT * 2 // 6, f"{invoice[1]}: {invoice[4] / 100:.2f} {invoice[5]}")
                window.text(24, HEIGHT * 3 // 6, "Keys: " + (typed or "press some"))
                window.text(24, HEIGHT * 5 // 6, "OK ends, Cancel cancels")


        main()

        """##
}
