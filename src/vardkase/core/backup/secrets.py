"""The hub's own keys, which are in no backup: a file of their own, for somebody else to keep."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Sequence
from pathlib import Path

from pyrage.x25519 import Identity

from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.sealing import recipient_of, seal, unsealed

FOLDER = "secrets"
MEANING = {
    "django": "sessions, second factors, the keys of connections and other sealed settings cannot be read",
    "correlation": "correlations and exact searches find nothing until they are computed anew",
    "instance": "other hubs take this one for a new one",
    "backup": "the lists in later backups are signed with another key",
}
"""What does not work without each."""


def store_secrets(data_dir: Path, file: Path, keys: Sequence[str]) -> list[str]:
    """Write the files of the secrets folder, encrypted to `keys`, into a new file; returns their names.

    Raises BackupFailed, also if the file exists.
    """
    recipients = [recipient_of(key) for key in keys]
    names = sorted(path.name for path in (data_dir / FOLDER).iterdir() if path.is_file())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in names:
            tar.add(data_dir / FOLDER / name, name)
    packed.seek(0)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupFailed(BackupProblem.STORAGE_FAILED(said=f"{file}: {error.strerror}")) from None
    with os.fdopen(handle, "wb") as target:
        seal(packed, target, recipients)
    return names


def restore_secrets(data_dir: Path, file: Path, identities: Sequence[Identity]) -> list[str]:
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("rb") as sealed, unsealed(sealed, identities, file.name) as plain:
        content = io.BytesIO(plain.read())
    with tarfile.open(fileobj=content, mode="r") as tar:
        tar.extractall(folder, filter="data")
        names = sorted(tar.getnames())
    for name in names:
        (folder / name).chmod(0o600)
    return names


def missing(data_dir: Path) -> dict[str, str]:
    return {name: said for name, said in MEANING.items() if not (data_dir / FOLDER / name).exists()}
