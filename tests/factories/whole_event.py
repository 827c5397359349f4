"""An event with one of each kind of part, for tests of whole documents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.factories import make_attribute, make_event, make_object, make_report
from tests.factories.seed import Seed
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
class Setup:
    """Organisation A's event, readable by everyone; some parts are only for A, or for A and B."""

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


def make_setup(seed: Seed) -> Setup:
    """The rows of a setup, saved."""
    event = make_event(seed.org_a, distribution=3, published=True, user_id=seed.analyst.user.pk)
    event.save()
    setup = Setup(
        event=event,
        open=_saved(make_attribute(event, type="domain|ip", value1="evil.example", value2="192.0.2.1",
                                   category="Network activity", to_ids=True, first_seen=1_700_000_000_000_001)),
        own=_saved(make_attribute(event, value1="only A", distribution=0)),
        shared=_saved(make_attribute(event, value1="A and B", distribution=4, sharing_group=seed.group)),
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
    _attach(setup)
    _refer(setup)
    return setup


def document(pieces: Iterable[bytes]) -> Any:
    """The decoded document."""
    return json.loads(b"".join(pieces))


def _attach(setup: Setup) -> None:
    cluster_tag = _saved(Tag(name=COUNTRY, is_galaxy=True))
    galaxy = _saved(Galaxy(name="Country", type="country", icon="globe"))
    cluster = _saved(
        GalaxyCluster(
            galaxy=galaxy, type="country", value="sweden", tag_name=COUNTRY, default=True, authors=["x"]
        )
    )
    _saved(GalaxyElement(galaxy_cluster=cluster, key="ISO", value="SE"))
    for tag in (setup.tag, setup.hidden_tag, cluster_tag):
        _saved(EventTag(event=setup.event, tag=tag))
        _saved(AttributeTag(event=setup.event, attribute=setup.open, tag=tag))
    _saved(EventTag(event=setup.event, tag=setup.local_tag, local=True))


def _refer(setup: Setup) -> None:
    for kind, target in ((0, setup.open), (1, setup.own_object)):
        reference = ObjectReference(
            event=setup.event,
            object=setup.file,
            source_uuid=setup.file.uuid,
            referenced_uuid=target.uuid,
            referenced_id=target.pk,
            referenced_type=kind,
            relationship_type="connects-to",
            timestamp=setup.event.timestamp,
        )
        _saved(reference)


def _saved[Row: Any](row: Row) -> Row:
    row.save()
    return row
