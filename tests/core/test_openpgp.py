"""OpenPGP as MISP's peers use it: their signatures verify here, and ours with them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from pysequoia import SignatureMode, Tsk, sign

from vardkase.core.errors import InvalidValue
from vardkase.core.openpgp import is_signed_by, public_key, public_part, signature_of
from vardkase.core.openpgp.new_key import new_secret_key
from vardkase.core.openpgp.problems import MailKeyProblem

RECORDED = Path(__file__).parents[1] / "data" / "signed_event.json"
THEN = 1_700_000_000


@pytest.fixture(scope="module")
def secret() -> str:
    return new_secret_key("Vårdkase <hub@hub.example>", THEN)


@pytest.fixture(scope="module")
def recorded() -> Any:
    """An event that a real MISP sent to another, with its signature (recordings, sync 22)."""
    return json.loads(RECORDED.read_text())


def test_signature_of_a_real_misp_is_verified(recorded: Any) -> None:
    content = re.sub(r"\s", "", recorded["content"]).encode()
    signature = b64decode(recorded["signature"])
    assert public_key(recorded["key"]).fingerprint == recorded["fingerprint"]
    assert is_signed_by([recorded["key"]], signature, content)
    assert not is_signed_by([recorded["key"]], signature, content + b" ")
    assert not is_signed_by([recorded["key"]], b"no signature", content)


def test_generated_key_signs_and_its_public_part_verifies(secret: str) -> None:
    public = public_part(secret)
    signature = signature_of([b"one ", b"two"], secret)
    assert is_signed_by([public], signature, b"one two")
    assert not is_signed_by([public], signature, b"one three")
    assert is_signed_by(
        ["nonsense", public_part(new_secret_key("Another", THEN)), public], signature, b"one two"
    )
    assert not is_signed_by([], signature, b"one two")
    assert not is_signed_by([public_part(new_secret_key("Another", THEN))], signature, b"one two")


def test_generated_keys_are_always_well_formed() -> None:
    """A number with leading zeros is written shorter: one key in 256 has such a number."""
    for _ in range(400):
        assert public_key(public_part(new_secret_key("x", THEN))).fingerprint


def test_signature_by_a_subkey_is_not_accepted() -> None:
    """MISP accepts those of the primary key only; Sequoia's own generator makes a signing subkey."""
    pair = Tsk.generate("Somebody")
    signature = sign(pair.signer(), b"content", mode=SignatureMode.DETACHED, armor=False)
    assert not is_signed_by([str(pair.extract_certificate())], signature, b"content")
    with pytest.raises(InvalidValue) as refused:
        public_part(str(pair))
    assert refused.value.has(MailKeyProblem.NO_SIGNING_KEY)


def test_invalid_public_key_is_refused(secret: str) -> None:
    disguised = secret.replace("PRIVATE KEY", "PUBLIC KEY")
    for wrong in ("", "nonsense", secret, disguised, public_part(secret)[:120]):
        with pytest.raises(InvalidValue) as refused:
            public_key(wrong)
        assert refused.value.has(MailKeyProblem.NO_PUBLIC_KEY)


@pytest.mark.skipif(shutil.which("gpg") is None, reason="there is no GnuPG on this machine")
def test_gnupg_verifies_our_signatures(secret: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    files = {
        "key": public_part(secret).encode(),
        "signature": signature_of([b"content"], secret),
        "content": b"content",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    gpg = ["gpg", "--homedir", str(tmp_path), "--batch", "--quiet"]
    subprocess.run([*gpg, "--import", tmp_path / "key"], check=True, capture_output=True)
    verified = subprocess.run(
        [*gpg, "--verify", tmp_path / "signature", tmp_path / "content"], check=False, capture_output=True
    )
    assert verified.returncode == 0, verified.stderr
