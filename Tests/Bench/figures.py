"""Figures as JSON lines: {"name", "value", "unit", "n"}, as the other benches write them."""

import json
import os
import pathlib
import statistics


class Figures:
    def __init__(self, path: pathlib.Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        path.write_text("")

    def note(self, name: str, values: list[float], unit: str) -> None:
        """The median and, if there are some, the 95th percentile of what was measured."""
        lines = [(f"{name}_p50" if len(values) > 1 else name, statistics.median(values))]
        if len(values) >= 20:
            lines.append((f"{name}_p95", statistics.quantiles(values, n=20)[-1]))
        with open(self._path, "a") as file:
            for line, value in lines:
                file.write(json.dumps({"name": line, "value": round(value, 3), "unit": unit, "n": len(values)}) + "\n")
            file.flush()
            os.fsync(file.fileno())
