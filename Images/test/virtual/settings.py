"""What a machine is made of, and QEMU's words for it."""

import os
from dataclasses import dataclass, field

# What the guest knows as server.test, and the only address it reaches.
SERVER_ADDRESS = "10.0.2.100"

# A camera with one input, HDMI, as /dev/video0, and one HDMI output, as /dev/video1; nothing else of what vivid has.
VIVID = "vivid.node_types=0x101 vivid.num_inputs=1 vivid.input_types=3 vivid.num_outputs=1 vivid.output_types=1"


@dataclass(frozen=True)
class Architecture:
    program: str
    machine: list[str]
    tpm: str
    # For the kernel's command line.
    options: str


ARCHITECTURES = {
    "x86_64": Architecture(
        program="qemu-system-x86_64",
        machine=["-machine", "q35,usb=off,smbus=off,sata=off,vmport=off", "-cpu", "Nehalem"],
        tpm="tpm-crb",
        # The timer's interrupt is not looked for by waiting: an emulated processor on a busy machine may be too late,
        # and the kernel panics.
        options="console=ttyS0 no_timer_check tsc=reliable",
    ),
}


@dataclass
class Settings:
    """What a machine is made of."""

    # Names in /programs of the guest, with the host's files.
    programs: dict[str, str] = field(default_factory=dict)
    # Ports of server.test, with the host's loopback ports that stand behind them.
    forwards: dict[int, int] = field(default_factory=dict)
    size: tuple[int, int] = (800, 480)
    # A folder that keeps the TPM's state over several machines; a new TPM without.
    tpm: str | None = None
    kernel: str | None = None
    # More words on the kernel's command line.
    options: str = ""
    processors: int = 2
    memory: int = 512
    architecture: str = os.environ.get("ARCH", os.uname().machine)


def command_line(settings: Settings, folder: str, kernel: str, root: str) -> list[str]:
    """QEMU with all its sockets and logs in `folder`, where the disk of programs and the TPM's socket are already."""
    architecture = ARCHITECTURES[settings.architecture]
    width, height = settings.size
    network = "user,id=network,restrict=on"
    for port, target in settings.forwards.items():
        network += f",guestfwd=tcp:{SERVER_ADDRESS}:{port}-cmd:socat - TCP4:127.0.0.1:{target},,nodelay"
    words = (
        f"{architecture.options} panic=-1 root=/dev/vda rootfstype=erofs ro init=/init quiet vkms.create_default_dev=0 {VIVID}"
    )
    return [
        architecture.program,
        *architecture.machine, "-accel", "tcg,thread=multi", "-smp", str(settings.processors),
        "-m", str(settings.memory), "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
        "-kernel", kernel, "-append", f"{words} {settings.options}".strip(),
        "-qmp", f"unix:{folder}/qmp.sock,server=on,wait=off",
        "-vnc", f"unix:{folder}/vnc.sock",
        "-chardev", f"socket,id=console,path={folder}/console.sock,server=on,wait=off,logfile={folder}/console.log",
        "-serial", "chardev:console",
        "-drive", f"if=none,id=root,format=raw,readonly=on,file={root}",
        "-device", "virtio-blk-pci,drive=root",
        "-drive", f"if=none,id=programs,format=raw,readonly=on,file={folder}/programs.erofs",
        "-device", "virtio-blk-pci,drive=programs",
        "-device", f"virtio-gpu-pci,id=screen,xres={width},yres={height}",
        "-device", "virtio-keyboard-pci,id=keypad",
        "-device", "virtio-rng-pci",
        "-device", "virtio-serial-pci",
        "-chardev", f"socket,id=agent,path={folder}/agent.sock,server=on,wait=off",
        "-device", "virtserialport,chardev=agent,name=vitrine.agent",
        "-chardev", f"socket,id=tpm,path={folder}/tpm.sock",
        "-tpmdev", "emulator,id=tpm,chardev=tpm", "-device", f"{architecture.tpm},tpmdev=tpm",
        "-netdev", network, "-device", "virtio-net-pci,netdev=network,romfile=",
    ]  # fmt: skip
