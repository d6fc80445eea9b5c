"""A virtual machine for tests: one QEMU with a screen, a keypad, a TPM and one way out, and nothing that outlives it.

Standard library only: `Images/test/guest` and the bench's drivers (`Tests/Bench`) stand on it.
"""

from .agent import Agent, GuestError, Result
from .chip import manufacture
from .machine import Machine, MachineError
from .monitor import Monitor, MonitorError
from .picture import Picture
from .settings import Settings

__all__ = [
    "Agent", "GuestError", "Machine", "MachineError", "Monitor", "MonitorError", "Picture", "Result", "Settings",
    "manufacture",
]  # fmt: skip
