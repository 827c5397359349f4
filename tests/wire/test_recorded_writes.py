"""Every recorded write is answered as by MISP 2.5.1: status, wording, members and values.

tests/data/recorded_writes.json holds the requests of one subject in order, each with its response;
recorded_writes_differences.json lists where we deliberately differ, and why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from pymisp import MISPObject

from tests.api.calls import send
from tests.factories import make_key, make_organisation, make_role, make_sharing_group, make_user
from tests.factories.seed import ORG_ADMIN, PUBLISHER, READ_ONLY, SYNC_USER, USER
from tests.support.recorded import Names, differences
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.taxonomies.models import Tag, TagMaker

DATA = Path(__file__).parents[1] / "data"
ROLES: dict[str, tuple[str, Iterable[Permission]]] = {
    "admin": ("admin", Permission),
    "orgadmin": ("Org Admin", ORG_ADMIN),
    "user": ("User", USER),
    "publisher": ("Publisher", PUBLISHER),
    "sync": ("Sync user", SYNC_USER),
    "readonly": ("Read Only", READ_ONLY),
}
PLAYERS = (
    "admin",
    "orgadmin1",
    "user1",
    "publisher1",
    "readonly1",
    "sync2",
    "user2",
    "publisher2",
    "orgadmin2",
)


@cache
def _data(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


@pytest.mark.django_db
@pytest.mark.parametrize("subject", _data("recorded_writes.json"))
def test_writes_are_answered_as_by_misp(subject: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, names = _store_setup()
    found = []
    for exchange in _data("recorded_writes.json")[subject]:
        _set_clock(monkeypatch, exchange["t"])
        found += [f"{exchange['n']} {line}" for line in _differences(keys, names, exchange)]
    accepted = [e["differs"] for e in _data("recorded_writes_differences.json") if e["subject"] == subject]
    assert [line for line in found if not any(re.fullmatch(one, line) for one in accepted)] == []
    assert [one for one in accepted if not any(re.fullmatch(one, line) for line in found)] == []


def _set_clock(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """Set the clock to the time of the recording: some requests contain a timestamp close to it."""
    monkeypatch.setattr("vardkase.core.clock.time", SimpleNamespace(time=lambda: moment))


def _differences(keys: dict[str, str], names: Names, exchange: dict[str, Any]) -> list[str]:
    path = names.path(exchange["path"])
    response = send(keys[exchange["as"]], exchange["method"], path, names.body(exchange["body"]))
    if response.status_code != exchange["status"]:
        return [f"status: {exchange['status']} -> {response.status_code}"]
    own = _decoded(response)
    names.learn(exchange["answer"], own)
    return list(differences(names, exchange["answer"], own))


def _decoded(response: Any) -> Any:
    content = b"".join(response) if isinstance(response, StreamingHttpResponse) else response.content
    if "json" in response.headers.get("Content-Type", ""):
        return json.loads(content)
    return content.decode("utf-8", "replace") or None


def _store_setup() -> tuple[dict[str, str], Names]:
    """The organisations, users, tags, sharing group and template that the recordings begin with."""
    one = make_organisation("ORGNAME")
    two = make_organisation("Org-Two", uuid="31ccc73c-f1cc-5b7d-8de9-d6a1bd629fe3", sector="Test")
    keys = {api_user: _key(api_user, two if api_user.endswith("2") else one) for api_user in PLAYERS}
    names = Names()
    with connection.cursor() as cursor:  # The recordings use 999 as a missing group.
        cursor.execute(
            "SELECT setval('sharing_group_id_seq', greatest(nextval('sharing_group_id_seq'), 1000))"
        )
    group = make_sharing_group(one, [one, two], name="SG both", uuid="b4e3daca-7f42-5fef-b1c9-c7b030a499bf")
    names.ids["SharingGroup"] = {"1": str(group.pk)}
    tags = ("tlp:white", "tlp:amber", "alpha", "beta", "gamma", "hidden", "noexport")
    names.ids["Tag"] = {str(theirs): str(_tag(name, two)) for theirs, name in enumerate(tags, 6)}
    _file_template()
    return keys, names


def _key(api_user: str, organisation: Organisation) -> str:
    role = make_role(*ROLES[api_user.rstrip("12")])
    return make_key(make_user(organisation, role, f"{api_user}@recorded.example"))


def _tag(name: str, two: Organisation) -> int:
    fields = {
        "colour": "#3366aa",
        "exportable": name != "noexport",
        "org_id": two.pk if name == "hidden" else 0,
    }
    tag, _ = Tag.objects.update_or_create(name=name, defaults=fields)
    TagMaker.objects.get_or_create(tag=tag, org_id=0)  # As a site administrator adds it, for everyone.
    return tag.pk


def _file_template() -> None:
    """The file template in the version of the recordings; the packaged one is newer."""
    definition = MISPObject("file")._definition
    assert definition
    ObjectTemplate.objects.get_or_create(
        uuid=definition["uuid"],
        version=24,
        defaults={
            "name": "file",
            "meta_category": definition["meta-category"],
            "description": definition["description"],
            "definition": definition,
        },
    )
