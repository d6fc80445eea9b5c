"""What a person does at a monitor's plug: QEMU's VNC server tells the guest's display of another size, or of none.

Only the few messages of RFB 3.8 (RFC 6143) and its SetDesktopSize extension that this takes.
"""

import socket
import struct

EXTENDED_DESKTOP_SIZE = -308


class ResizeError(Exception):
    """The VNC server did not do what was asked."""


def resize(path: str, width: int, height: int) -> None:
    """Offers the guest a screen of `width` × `height` pixels; 0 × 0 unplugs it."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        _take(connection, 12)
        connection.sendall(b"RFB 003.008\n")
        kinds = _take(connection, _take(connection, 1)[0])
        if 1 not in kinds:
            raise ResizeError("VNC asks for a password")
        connection.sendall(b"\x01")
        if _take(connection, 4) != b"\0\0\0\0":
            raise ResizeError("VNC refused")
        connection.sendall(b"\x01")
        (length,) = struct.unpack(">20xI", _take(connection, 24))
        _take(connection, length)
        connection.sendall(struct.pack(">BxHi", 2, 1, EXTENDED_DESKTOP_SIZE))
        # One screen, number 0, no flags.
        connection.sendall(struct.pack(">BxHHBxIHHHHI", 251, width, height, 1, 0, 0, 0, width, height, 0))
        # An answer, whatever it says, shows that the message was handled before the connection goes.
        connection.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, 1, 1))
        _take(connection, 1)


def _take(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ResizeError("VNC closed")
        data += more
    return data
