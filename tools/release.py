"""A release: `make release`, or `python -m tools.release [--key KEY.pem]`.

Builds the wheel of the commit twice, in different folders, and compares the bytes. Writes into dist/:

    *.whl                the wheel
    requirements.txt     what uv.lock locks, with digests, for `pip install --require-hashes`
    *.whl.cdx.json       the bill of materials of what is locked (CycloneDX 1.5)
    SHA256SUMS           their checksums, for `sha256sum --check`
    SHA256SUMS.sig       Ed25519 over it (64 bytes), for OpenSSL; only with a key
    *.whl.intoto.jsonl   how it was built (SLSA provenance v1): an envelope (DSSE), signed if there is a key
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
LOCKS = ("uv.lock", "frontend/package-lock.json")
STATEMENT = "https://in-toto.io/Statement/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
PAYLOAD = "application/vnd.in-toto+json"
BUILD_TYPE = "urn:vardkase:build:wheel"
BUILDER = "urn:vardkase:builder:tools-release"
"""The one who releases, on a machine of their own: no service vouches for it (SLSA build level 1)."""


class NotReleased(Exception):
    """Why there is no release."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Build, compare, describe and sign a release.")
    parser.add_argument("--key", type=Path, help="an Ed25519 private key (PEM, without a password)")
    given = parser.parse_args()
    try:
        key = read_key(given.key) if given.key else None
        for file in release(key):
            print(file.relative_to(ROOT))
    except NotReleased as why:
        print(f"No release: {why}", file=sys.stderr)
        return 1
    if key is None:
        print("Not signed: no --key was given.")
    return 0


def release(key: Ed25519PrivateKey | None) -> list[Path]:
    """Returns what was written. Raises NotReleased."""
    if _git("status", "--porcelain"):
        raise NotReleased("the working tree has changes that are not committed.")
    commit, started = _git("rev-parse", "HEAD"), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        projects = [exported(Path(folder) / name, commit) for name in ("a", "another")]
        first, second = (built(each, each.with_name(f"{each.name}-dist"), commit) for each in projects)
        if first.name != second.name or first.read_bytes() != second.read_bytes():
            raise NotReleased("two builds of the same commit differ.")
        DIST.mkdir(exist_ok=True)
        wheel = DIST / first.name
        shutil.copyfile(first, wheel)
        files = [wheel, *locked(projects[0], wheel)]
    return [*files, *described(files, commit, started, key)]


def exported(folder: Path, commit: str) -> Path:
    """The files of `commit`, in `folder`, whatever happens to the working tree meanwhile."""
    folder.mkdir(parents=True)
    archive = folder.with_name(f"{folder.name}.tar")
    _git("archive", "--format=tar", f"--output={archive}", commit)
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return folder


def built(project: Path, out: Path, commit: str) -> Path:
    """The wheel of `project`, dated by `commit`. Raises NotReleased."""
    # hatch_build.py writes the commit into the wheel; these files have no repository to ask.
    dated = {"SOURCE_DATE_EPOCH": _git("log", "-1", "--format=%ct", commit), "SOURCE_COMMIT": commit}
    _uv("build", "--wheel", "--quiet", "--out-dir", str(out), str(project), environment=dated)
    return next(out.glob("*.whl"))


def locked(project: Path, wheel: Path) -> list[Path]:
    """What the lock file of `project` locks, beside `wheel`: for pip, and as a bill of materials."""
    export = ("export", "--quiet", "--locked", "--no-dev", "--all-extras", "--project", str(project))
    requirements, materials = wheel.with_name("requirements.txt"), wheel.with_name(f"{wheel.name}.cdx.json")
    requirements.write_text(_uv(*export, "--no-emit-project", "--no-header", "--no-annotate"))
    materials.write_text(_uv(*export, "--format", "cyclonedx1.5", "--preview-features", "sbom-export"))
    return [requirements, materials]


def described(
    files: Sequence[Path], commit: str, started: datetime, key: Ed25519PrivateKey | None
) -> list[Path]:
    """Checksums, provenance and signatures beside `files`, the first of which is the wheel."""
    wheel = files[0]
    digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    sums = wheel.with_name("SHA256SUMS")
    sums.write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()))
    statement = provenance(digests, commit, started)
    envelope = wheel.with_name(f"{wheel.name}.intoto.jsonl")
    envelope.write_text(json.dumps(enclosed(statement, key)) + "\n")
    written = [sums, envelope]
    signature = wheel.with_name("SHA256SUMS.sig")
    # One of an earlier release would be taken for this one's.
    signature.unlink(missing_ok=True)
    if key:
        signature.write_bytes(key.sign(sums.read_bytes()))
        written.append(signature)
    return written


def provenance(digests: Mapping[str, str], commit: str, started: datetime) -> dict[str, Any]:
    """An in-toto statement: what was built (name → SHA-256), from what, by which tools."""
    sources = [{"uri": _repository(), "digest": {"gitCommit": commit}}]
    for lock in LOCKS:
        found = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
        sources.append({"uri": lock, "digest": {"sha256": found}})
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in digests.items()],
        "predicateType": PROVENANCE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"command": "python -m tools.release", "commit": commit},
                "internalParameters": {"python": platform.python_version(), "system": platform.system()},
                "resolvedDependencies": sources,
            },
            "runDetails": {
                "builder": {"id": BUILDER},
                "metadata": {
                    "invocationId": f"{commit}-{started:%Y%m%dT%H%M%SZ}",
                    "startedOn": f"{started:%Y-%m-%dT%H:%M:%SZ}",
                    "finishedOn": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
                },
            },
        },
    }


def enclosed(statement: dict[str, Any], key: Ed25519PrivateKey | None) -> dict[str, Any]:
    """The envelope of DSSE v1, without a signature where there is no key."""
    payload = json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()
    signatures = []
    if key:
        signed = base64.b64encode(key.sign(signed_bytes(payload))).decode()
        signatures.append({"keyid": key_id(key), "sig": signed})
    return {
        "payloadType": PAYLOAD,
        "payload": base64.b64encode(payload).decode(),
        "signatures": signatures,
    }


def signed_bytes(payload: bytes) -> bytes:
    """What DSSE signs (its pre-authentication encoding)."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)


def key_id(key: Ed25519PrivateKey) -> str:
    """The SHA-256 of the public key as DER."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()


def read_key(file: Path) -> Ed25519PrivateKey:
    """Raises NotReleased."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise NotReleased(f"{file} cannot be read as a key: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NotReleased(f"{file} is no Ed25519 key.")
    return key


def _repository() -> str:
    """Where the source is published, if the checkout knows it; never a path or an account of this machine."""
    remote = _git("config", "--default", "", "--get", "remote.origin.url")
    return f"git+{remote}" if remote.startswith("https://") and "@" not in remote else "urn:vardkase:source"


def _uv(*arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Raises NotReleased."""
    places = (ROOT / ".uv" / "bin", Path(sys.executable).parent, os.environ["PATH"])
    uv = shutil.which("uv", path=os.pathsep.join(map(str, places)))
    if uv is None:
        raise NotReleased("uv is missing.")
    done = subprocess.run(
        [uv, *arguments],
        env=os.environ | dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotReleased(done.stderr)
    return done.stdout


def _git(*arguments: str) -> str:
    done = subprocess.run(
        [shutil.which("git") or "git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip("\n")


if __name__ == "__main__":
    sys.exit(main())
