"""Who uses GnuPG reads the backups: with a key that gpg made, and what it decrypts and exports (`make tools-long`)."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.folders import temporary_folder
from vardkase.core.backup.openpgp import identities, line_of, recipient_for, shown
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.sealing import seal, unsealed
from vardkase.core.backup.state import State
from vardkase.core.backup.storage import FolderStorage

OWNER, PASSWORD = "owner@hub.example", "a pass phrase"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("gpg") is None, reason="needs Debian's gpg"),
]


@pytest.fixture
def home() -> Iterator[Path]:
    # Short: the agent's socket is in it.
    with temporary_folder() as folder:
        found = folder / "g"
        found.mkdir(mode=0o700)
        yield found
        subprocess.run(["gpgconf", "--homedir", found, "--kill", "all"], check=False)


@pytest.mark.parametrize("algorithm", ["default", "rsa3072"])
def test_backups_are_read_with_gpg(home: Path, tmp_path: Path, algorithm: str) -> None:
    def gpg(*arguments: str | Path) -> bytes:
        command: list[str | Path] = [
            "gpg",
            "--homedir",
            home,
            "--batch",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            PASSWORD,
        ]
        return subprocess.run([*command, *arguments], check=True, capture_output=True).stdout

    gpg("--quick-generate-key", f"Hub owner <{OWNER}>", algorithm, "default", "1y")
    if algorithm != "default":
        listed = gpg("--list-keys", "--with-colons").decode().splitlines()
        (fingerprint,) = [line.split(":")[9] for line in listed if line.startswith("fpr")]
        gpg("--quick-add-key", fingerprint, algorithm, "encr", "1y")
    for armour in (["--armor"], []):
        public = tmp_path / "public"
        public.write_bytes(gpg(*armour, "--export", OWNER))
        line = line_of(public)
        assert OWNER in shown(line)
    state, storage = State(tmp_path / "data"), FolderStorage(tmp_path / "store")
    sealed = io.BytesIO()
    seal(io.BytesIO(b"content"), sealed, [recipient_for(line, storage, state)])

    # As on the page of the drill: what gpg prints is an identity.
    (name,) = storage.names("openpgp/")
    (tmp_path / "identity").write_bytes(gpg("--decrypt", tmp_path / "store" / name))
    # Or gpg's own export of the private key, protected as gpg protects it.
    (tmp_path / "private.asc").write_bytes(gpg("--armor", "--export-secret-keys", OWNER))
    files = [tmp_path / "identity", tmp_path / "private.asc"]
    if algorithm == "default":
        # Every other such export is not read; then somebody is told of the first way.
        try:
            identities(files[1], storage, lambda: PASSWORD)
        except BackupFailed as failed:
            said, files = str(failed), files[:1]
            assert (failed.has(BackupProblem.OPENPGP_NOT_OPENED), name in said) == (True, True)  # noqa: PT017
    for file in files:
        readers = identities(file, storage, lambda: PASSWORD)
        with unsealed(io.BytesIO(sealed.getvalue()), readers, "x") as plain:
            assert plain.read() == b"content"
    with pytest.raises(BackupFailed):
        identities(tmp_path / "private.asc", storage, lambda: "another")
    with pytest.raises(BackupFailed):
        line_of(tmp_path / "private.asc")
