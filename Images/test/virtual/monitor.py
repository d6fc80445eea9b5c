"""QEMU's control socket (QMP): one JSON object a line, an answer for each command, events in between."""

import json
import socket
from typing import Any


class MonitorError(Exception):
    """QEMU refused a command, or is gone."""


class Monitor:
    def __init__(self, path: str, timeout: float = 30) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout)
        self._socket.connect(path)
        self._lines = self._socket.makefile("rb")
        self._read()
        self.run("qmp_capabilities")

    def run(self, command: str, **arguments: Any) -> Any:
        """What QEMU returns for `command`; its events are passed over."""
        try:
            self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
            while True:
                answer = self._read()
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise MonitorError(f"{command}: {answer['error']['desc']}")
        except OSError as error:
            raise MonitorError(f"{command}: {error}") from error

    def _read(self) -> dict[str, Any]:
        line = self._lines.readline()
        if not line:
            raise MonitorError("QEMU is gone")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        self._lines.close()
        self._socket.close()
