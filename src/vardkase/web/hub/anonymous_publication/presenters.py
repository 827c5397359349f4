"""Words for what is left out of a publication, and for what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import problem_from_json
from vardkase.hub.anonymous_publication.documents import Omission
from vardkase.hub.anonymous_publication.models import AnonymousPublication

WORDS = {
    Omission.LIMITED: _("Parts that would reach only your organisation or a sharing group"),
    Omission.LOCAL_TAG: _("Local tags"),
    Omission.OWN_TAG: _("Tags outside the taxonomies and galaxies that everybody has"),
    Omission.OWN_TEMPLATE: _("Templates and relations outside the library that everybody has"),
    Omission.OF_OTHERS: _("Proposals, sightings and notes of others"),
    Omission.REFERENCE: _("References to something that is not in the event"),
    Omission.TIMES: _("Times when values were first or last seen"),
    Omission.DELETED: _("Deleted parts"),
    Omission.EXTENDS: _("That it extends another event"),
}


@dataclass(frozen=True, slots=True)
class ShownAttribute:
    """`object`: the name of the object that it is in."""

    type: str
    value: str
    comment: str
    tags: str
    object: str = ""


def shown_attributes(document: Mapping[str, Any]) -> list[ShownAttribute]:
    alone = [(each, "") for each in document.get("Attribute") or ()]
    in_objects = [
        (each, f"{part.get('name', '')} {part.get('comment', '')}".strip())
        for part in document.get("Object") or ()
        for each in part.get("Attribute") or ()
    ]
    return [_shown_attribute(each, name) for each, name in (*alone, *in_objects)]


def _shown_attribute(attribute: Mapping[str, Any], name: str) -> ShownAttribute:
    kind, value, comment = (str(attribute.get(field) or "") for field in ("type", "value", "comment"))
    tags = ", ".join(str(tag.get("name")) for tag in attribute.get("Tag") or ())
    return ShownAttribute(kind, value, comment, tags, name)


def left_out_words(left_out: Mapping[Omission, int]) -> list[tuple[str, int]]:
    return [(str(WORDS[kind]), count) for kind, count in left_out.items() if count]


def why_words(publication: AnonymousPublication | None) -> str:
    return str(problem_from_json(publication.why)) if publication is not None and publication.why else ""
