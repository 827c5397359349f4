"""The data set that a MISP 2.5.1 was queried about, and its answers (restsearch_recorded.json).

A case is a request with its time and user, and the ids it found among those of the data set.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.factories import make_key, make_organisation, make_role, make_user
from tests.factories.seed import ORG_ADMIN
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag
from vardkase.intel.services.events import add_event
from vardkase.knowledge.taxonomies.models import Tag

TAGS = ("tlp:white", "tlp:amber", "alpha", "beta", "gamma")
COUNTRY = 'misp-galaxy:country="luxembourg"'
TECHNIQUE = 'misp-galaxy:mitre-attack-pattern="Spearphishing Attachment - T1566.001"'
ALPHA = 8
"""The id of the tag "alpha" where the answers were recorded; two requests use it."""


@dataclass(frozen=True, slots=True)
class SampleHub:
    """The stored data set: the actors, and which recorded id became which."""

    actors: dict[str, Actor]
    ids: dict[str, dict[str, int]]

    def request(self, request: dict[str, Any]) -> dict[str, Any]:
        """A recorded request with the ids of this database."""
        return {name: self._own(name, value) for name, value in request.items()}

    def found(self, scope: str, ids: list[int]) -> list[str]:
        """The recorded ids of what was found here, in order."""
        recorded = {own: theirs for theirs, own in self.ids[scope].items()}
        return [recorded[each] for each in ids if each in recorded]

    def _own(self, name: str, value: Any) -> Any:
        if name.removeprefix("search") in ("eventid", "idList"):
            return _renamed(value, {theirs: str(own) for theirs, own in self.ids["events"].items()})
        if name in ("org", "tags"):
            return _renamed(value, {key: str(own) for key, own in self.ids[name].items()})
        return value


@cache
def recorded() -> dict[str, Any]:
    """Events, their stored timestamps, uuids by id, and the cases."""
    found: dict[str, Any] = json.loads(
        (Path(__file__).parent / "restsearch_recorded.json").read_text("utf-8")
    )
    return found


def sample_hub() -> SampleHub:
    """Stores the data set through the services, then sets timestamps and publication as recorded."""
    one = make_organisation("ORGNAME")
    two = make_organisation("Org-Two", uuid="31ccc73c-f1cc-5b7d-8de9-d6a1bd629fe3", sector="Test")
    actors = {"admin": _actor(one, Permission), "user2": _actor(two, ORG_ADMIN), "readonly1": _actor(one, ())}
    for name in (*TAGS, COUNTRY, TECHNIQUE):
        Tag.objects.get_or_create(name=name, defaults={"is_galaxy": name.startswith("misp-galaxy:")})
    for event in recorded()["events"]:
        add_event(actors["admin" if event["Event"]["info"] != "rs three of Two" else "user2"], event["Event"])
    _tag()
    text = Attribute.objects.get(uuid="3aa14298-20de-5e5b-8ac4-e8510250a844")
    delete_attribute(actors["admin"], text.pk)
    _set_times()
    ids = {scope: _ids(scope) for scope in ("events", "attributes", "objects")}
    ids["org"] = {"1": one.pk, "2": two.pk}
    ids["tags"] = {str(ALPHA): Tag.objects.get(name="alpha").pk}
    return SampleHub(actors, ids)


def _actor(org: Organisation, permissions: Any) -> Actor:
    role = make_role(f"Recorded {org.name} {len(list(permissions))}", permissions)
    user = make_user(org, role)
    make_key(user)
    return actor_for(user, Credential.API_KEY)


def _tag() -> None:
    first = Event.objects.get(info="rs one alpha")
    EventTag.objects.create(event=first, tag=Tag.objects.get(name=COUNTRY))
    EventTag.objects.create(event=first, tag=Tag.objects.get(name="beta"), local=True)
    source = Attribute.objects.get(uuid="2ab8b7fd-09fa-5aca-b3dd-ac1359728346")
    technique = Tag.objects.get(name=TECHNIQUE)
    AttributeTag.objects.create(attribute=source, event_id=source.event_id, tag=technique)


def _set_times() -> None:
    for row in recorded()["stored"]:
        times = {name: row[name] for name in ("timestamp", "publish_timestamp", "published")}
        Event.objects.filter(uuid=row["uuid"]).update(**times)
        for uuid, timestamp in row["attributes"].items():
            Attribute.objects.filter(uuid=uuid).update(timestamp=timestamp)


def _ids(scope: str) -> dict[str, int]:
    table = scope.removesuffix("s")
    uuids = recorded()["uuids"][scope]
    rows = cursor().execute(
        f"SELECT uuid::text, id FROM {table} WHERE uuid = ANY(%s::uuid[])", [list(uuids.values())]
    )
    own = dict(rows.fetchall())
    return {theirs: own[uuid] for theirs, uuid in uuids.items()}


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {group: _renamed(items, names) for group, items in value.items()}
    text = str(value)
    if "|" in text:
        return "|".join(_renamed(item, names) for item in text.split("|"))
    mark = "!" if text.startswith("!") else ""
    return mark + names.get(text.removeprefix("!"), text.removeprefix("!"))
