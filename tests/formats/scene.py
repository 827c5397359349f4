"""An event with one of everything, for tests that look at whole documents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.cast import Cast
from tests.factories import make_attribute, make_event, make_object, make_report
from vardkase.intel.models import (
    Attribute,
    AttributeTag,
    Event,
    EventReport,
    EventTag,
    Object,
    ObjectReference,
)
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyElement
from vardkase.knowledge.taxonomies.models import Tag

COUNTRY = 'misp-galaxy:country="sweden"'


@dataclass(frozen=True, slots=True)
class Scene:
    """Organisation A's event, readable by everybody; parts of it are only A's or only for A and B."""

    event: Event
    open: Attribute
    own: Attribute
    shared: Attribute
    deleted: Attribute
    file: Object
    file_name: Attribute
    own_object: Object
    own_in_object: Attribute
    report: EventReport
    own_report: EventReport
    tag: Tag
    local_tag: Tag
    hidden_tag: Tag


def make_scene(cast: Cast) -> Scene:
    """The rows of a scene, saved."""
    event = make_event(cast.org_a, distribution=3, published=True, user_id=cast.analyst.user.pk)
    event.save()
    scene = Scene(
        event=event,
        open=_saved(make_attribute(event, type="domain|ip", value1="evil.example", value2="192.0.2.1",
                                   category="Network activity", to_ids=True, first_seen=1_700_000_000_000_001)),
        own=_saved(make_attribute(event, value1="only A", distribution=0)),
        shared=_saved(make_attribute(event, value1="A and B", distribution=4, sharing_group=cast.group)),
        deleted=_saved(make_attribute(event, value1="gone", deleted=True)),
        file=(file := _saved(make_object(event, description="a file", comment="seen"))),
        file_name=_saved(make_attribute(event, object=file, object_relation="filename", type="filename",
                                        value1="a.exe", category="Payload delivery")),
        own_object=(secret := _saved(make_object(event, distribution=0))),
        own_in_object=_saved(make_attribute(event, object=secret, object_relation="md5", value1="inside")),
        report=_saved(make_report(event, name="Report", content="# Text")),
        own_report=_saved(make_report(event, distribution=0)),
        tag=_saved(Tag(name="tlp:amber", colour="#ffc000", numerical_value=7)),
        local_tag=_saved(Tag(name="workflow:todo")),
        hidden_tag=_saved(Tag(name="internal", exportable=False)),
    )  # fmt: skip
    _attach(scene)
    _refer(scene)
    return scene


def document(pieces: Iterable[bytes]) -> Any:
    """What the bytes of a document say."""
    return json.loads(b"".join(pieces))


def _attach(scene: Scene) -> None:
    cluster_tag = _saved(Tag(name=COUNTRY, is_galaxy=True))
    galaxy = _saved(Galaxy(name="Country", type="country", icon="globe"))
    cluster = _saved(
        GalaxyCluster(
            galaxy=galaxy, type="country", value="sweden", tag_name=COUNTRY, default=True, authors=["x"]
        )
    )
    _saved(GalaxyElement(galaxy_cluster=cluster, key="ISO", value="SE"))
    for tag in (scene.tag, scene.hidden_tag, cluster_tag):
        _saved(EventTag(event=scene.event, tag=tag))
        _saved(AttributeTag(event=scene.event, attribute=scene.open, tag=tag))
    _saved(EventTag(event=scene.event, tag=scene.local_tag, local=True))


def _refer(scene: Scene) -> None:
    for kind, target in ((0, scene.open), (1, scene.own_object)):
        reference = ObjectReference(
            event=scene.event,
            object=scene.file,
            source_uuid=scene.file.uuid,
            referenced_uuid=target.uuid,
            referenced_id=target.pk,
            referenced_type=kind,
            relationship_type="connects-to",
            timestamp=scene.event.timestamp,
        )
        _saved(reference)


def _saved[Row: Any](row: Row) -> Row:
    row.save()
    return row
