"""Compares the locked packages with published vulnerabilities: `make audit`.

Exit status 0: none known, 1: some, 2: a source of advisories could not be reached, so nothing is known.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CANNOT_ASK = 2
"""uv's exit status for anything but vulnerabilities (1) and their absence (0)."""


def main() -> int:
    return max(_python(), _npm())


def _python() -> int:
    uv = shutil.which("uv") or str(ROOT / ".uv/bin/uv")
    done = subprocess.run([uv, "audit", "--locked"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode >= CANNOT_ASK:
        return _unknown("Python", done.stderr)
    print(done.stdout or done.stderr)
    return done.returncode


def _npm() -> int:
    npm = shutil.which("npm", path=str(Path(sys.executable).parent)) or "npm"
    command = [npm, "--prefix", "frontend", "audit", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    # npm's exit status is 1 both for vulnerabilities and for a registry that does not answer.
    try:
        found = json.loads(done.stdout)["metadata"]["vulnerabilities"]["total"]
    except (ValueError, KeyError):
        return _unknown("npm", done.stderr)
    print(f"npm: {found} packages with known vulnerabilities")
    return min(found, 1)


def _unknown(what: str, why: str) -> int:
    print(f"{what}: the packages were not checked, no source of advisories answered.\n{why}", file=sys.stderr)
    return CANNOT_ASK


if __name__ == "__main__":
    sys.exit(main())
