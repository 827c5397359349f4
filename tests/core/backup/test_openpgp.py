"""Somebody with an OpenPGP key reads the backups as somebody with an age identity does."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from pyrage.x25519 import Identity
from pysequoia import Tsk, decrypt, encrypt

from vardkase.core.backup.openpgp import PREFIX, checked, identities, line_of, recipient_for, shown
from vardkase.core.backup.problems import BackupFailed
from vardkase.core.backup.sealing import make_identity, seal, unsealed
from vardkase.core.backup.state import State
from vardkase.core.backup.storage import FolderStorage


def never() -> str:
    raise AssertionError("no password is needed")


def test_openpgp_recipient(tmp_path: Path) -> None:
    key = Tsk.generate("Hub owner <owner@hub.example>")
    private, public = tmp_path / "private.asc", tmp_path / "public.asc"
    private.write_text(str(key))
    public.write_text(str(key.extract_certificate()))
    line = line_of(public)
    assert line.startswith(PREFIX)
    assert " " not in line
    assert checked(line) == line
    assert "owner@hub.example" in shown(line)

    state, storage = State(tmp_path / "data"), FolderStorage(tmp_path / "store")
    age = Identity.generate()
    wrapped = recipient_for(line, storage, state)
    assert str(recipient_for(line, storage, state)) == str(wrapped), "the same while it is stored"
    sealed = io.BytesIO()
    seal(io.BytesIO(b"content"), sealed, [wrapped, recipient_for(str(age.to_public()), storage, state)])
    for readers in (identities(private, storage, never), [age]):
        with unsealed(io.BytesIO(sealed.getvalue()), readers, "x") as plain:
            assert plain.read() == b"content"
    # As `gpg --decrypt` does, for who has the key on a card.
    (name,) = storage.names("openpgp/")
    with storage.open(name) as file:
        opened = decrypt(file.read(), decryptor=key.decryptor())
    (tmp_path / "identity").write_bytes(bytes(opened.bytes or b""))
    (own,) = identities(tmp_path / "identity", storage, never)
    assert str(own.to_public()) == str(wrapped)
    assert str(own).encode() not in b"".join(
        path.read_bytes() for path in (tmp_path / "data").rglob("*.json")
    )

    # Whoever may write there puts something beside it, or something else in its place.
    stored, beside = tmp_path / "store" / name, tmp_path / "store" / f"{name[:-4]}x.pgp"
    for content in (b"junk", encrypt(b"no identity", recipients=[key.extract_certificate()])):
        beside.write_bytes(content)
        assert [str(each) for each in identities(private, storage, never)] == [str(own)]
    stored.write_bytes(b"garbage")
    again = recipient_for(line, storage, state)
    assert str(again) != str(wrapped), "or nobody could read what follows"
    assert [str(each.to_public()) for each in identities(private, storage, never)] == [str(again)]
    for each in storage.names("openpgp/"):
        storage.remove(each)
    assert str(recipient_for(line, storage, state)) != str(again)
    other = tmp_path / "other.asc"
    other.write_text(str(Tsk.generate("Somebody else <else@hub.example>")))
    nobody = [
        lambda: identities(other, storage, never),
        lambda: identities(tmp_path / "none", storage, never),
    ]
    for refused in (
        *nobody,
        lambda: line_of(private),
        lambda: line_of(tmp_path / "none"),
        lambda: checked(f"{PREFIX}aGVq"),
        lambda: checked(f"{PREFIX}{base64.b64encode(bytes(key)).decode()}"),
        lambda: checked("age1nothing"),
    ):
        with pytest.raises(BackupFailed):
            refused()
    assert make_identity(tmp_path / "age").startswith("age1")
