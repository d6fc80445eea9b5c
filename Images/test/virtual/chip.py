"""A TPM as its maker delivers it: swtpm_setup with a certificate authority of its own."""

import pathlib
import subprocess

SETTINGS = {
    "localca.conf": "statedir = {maker}\nsigningkey = {maker}/signkey.pem\nissuercert = {maker}/issuercert.pem\n"
    "certserial = {maker}/certserial\n",
    "localca.options": "--platform-manufacturer Example\n--platform-version 1.0\n--platform-model board\n",
    "setup.conf": "create_certs_tool = /usr/bin/swtpm_localca\ncreate_certs_tool_config = {maker}/localca.conf\n"
    "create_certs_tool_options = {maker}/localca.options\nactive_pcr_banks = sha256\n",
}


def manufacture(state: str | pathlib.Path, maker: str | pathlib.Path) -> bytes:
    """Puts a new TPM with an endorsement key and its certificate into the folder `state`, and what its maker needs into the
    folder `maker`; returns the maker's certificates (PEM)."""
    maker = pathlib.Path(maker)
    maker.mkdir(parents=True, exist_ok=True)
    for name, text in SETTINGS.items():
        (maker / name).write_text(text.format(maker=maker))
    done = subprocess.run(
        ["swtpm_setup", "--tpm2", "--tpmstate", state, "--config", maker / "setup.conf", "--create-ek-cert",
         "--create-platform-cert", "--pcr-banks", "sha256", "--overwrite", "--lock-nvram", "--vmid", "board"],
        capture_output=True, text=True)  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"swtpm_setup: {done.stdout}{done.stderr}")
    return b"".join((maker / name).read_bytes() for name in ["swtpm-localca-rootca-cert.pem", "issuercert.pem"])
