"""The wheel runs by itself: with neither a checkout nor Node nor a compiler."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.support.folders import open_folder
from tests.support.ports import free_port

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "src" / "vardkase"
SOURCES = frozenset({".po", ".pyc"})
PATIENCE = 300


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    places = (PROJECT / ".uv" / "bin", Path(sys.executable).parent, os.environ["PATH"])
    uv = shutil.which("uv", path=os.pathsep.join(map(str, places)))
    if uv is None:
        pytest.skip("uv is missing")
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [uv, "build", "--wheel", "--quiet", "--out-dir", folder, PROJECT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_wheel_contains_all_that_a_hub_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    needed = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in SOURCES and "__pycache__" not in path.parts
    }
    assert needed - names == set()
    assert "vardkase/locale/sv/LC_MESSAGES/django.mo" in names
    built = {name.rpartition(".")[2] for name in names if name.startswith("vardkase/web/static/built/")}
    assert {"css", "js", "woff2", "br"} <= built
    assert any(name.endswith("/typeset/letter.typ") for name in names)


@pytest.mark.long
def test_wheel_serves_in_a_bare_environment(wheel: Path, tmp_path: Path) -> None:
    environment, data = tmp_path / "bare", open_folder()
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = (environment / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run([*pip, f"{wheel}[postgresql]"], check=True)
    port = free_port()
    # Nothing of this checkout, and no Node, is on the path.
    serving = subprocess.Popen(
        [environment / "bin" / "vardkase", "serve", "--data-dir", data, "--port", str(port)],
        env={"PATH": f"{environment / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path)},
        cwd=tmp_path,
    )
    try:
        page = _first_page(port)
        style = next(
            part for part in page.split('"') if part.startswith("/static/") and part.endswith(".css")
        )
        assert 'lang="sv"' in page
        assert "Logga in" in page, "translations are compiled"
        assert _asked(port, style)[0] == 200
        _wait_for(port, "/readyz")
    finally:
        serving.send_signal(signal.SIGINT)
        serving.wait(60)


def _first_page(port: int) -> str:
    _wait_for(port, "/healthz")
    return _asked(port, "/account/login/")[1]


def _wait_for(port: int, path: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if _asked(port, path)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.5)
    pytest.fail(f"{path} is not 200")


def _asked(port: int, path: str) -> tuple[int, str]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request("GET", path, headers={"Accept": "text/html"})
        answer = client.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        client.close()
