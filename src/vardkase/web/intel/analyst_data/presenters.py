"""Analyst data as its readers see it, with the titles of what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf.locale import LANG_INFO
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.intel.analyst_data.rules import may_edit
from vardkase.intel.analyst_data.targets import AnalystTarget, TargetKey, find_targets
from vardkase.intel.analyst_data.threads import AnalystLine
from vardkase.misp.analyst_data import KINDS
from vardkase.web.intel.analyst_data.opinions import COLOURS, STEPS, step_of

TYPES: dict[str, str | Promise] = {
    "Note": _("Note"),
    "Opinion": _("Opinion"),
    "Relationship": _("Relationship"),
}
# In a sentence before the title, where Swedish needs the definite form: "Gäller händelsen …".
TARGET_TYPES: dict[str, str | Promise] = {
    "Event": pgettext_lazy("before the title", "event"),
    "Attribute": pgettext_lazy("before the title", "attribute"),
    "Object": pgettext_lazy("before the title", "object"),
    "EventReport": pgettext_lazy("before the title", "report"),
    "Galaxy": pgettext_lazy("before the title", "galaxy"),
    "GalaxyCluster": pgettext_lazy("before the title", "galaxy cluster"),
    "Organisation": pgettext_lazy("before the title", "organisation"),
    "Collection": pgettext_lazy("before the title", "collection"),
    "SharingGroup": pgettext_lazy("before the title", "sharing group"),
    "Note": pgettext_lazy("before the title", "note"),
    "Opinion": pgettext_lazy("before the title", "opinion"),
    "Relationship": pgettext_lazy("before the title", "relationship"),
}


@dataclass(frozen=True, slots=True)
class ShownTarget:
    """`target` is None where the reader may not see it, or where it does not exist here."""

    kind: str
    uuid: str
    target: AnalystTarget | None

    @property
    def type_name(self) -> str:
        return str(TARGET_TYPES.get(self.kind, self.kind))

    @property
    def url(self) -> str:
        target = self.target
        if target is None:
            return ""
        if target.kind == "Attribute":
            return f"{reverse('event', args=[target.event_id])}?text={target.uuid}#attribute-{target.id}"
        if target.event_id is not None:
            return reverse("event", args=[target.event_id])
        return reverse("note", args=[target.uuid]) if target.kind in KINDS else ""


@dataclass(frozen=True)
class ShownAnalystData:
    actor: Actor
    line: AnalystLine
    targets: Mapping[TargetKey, AnalystTarget]

    @property
    def about(self) -> ShownTarget:
        return self._target(self.line.object_type, self.line.object_uuid)

    @property
    def related(self) -> ShownTarget:
        return self._target(self.line.related_object_type, self.line.related_object_uuid)

    @cached_property
    def replies(self) -> list[ShownAnalystData]:
        return [ShownAnalystData(self.actor, reply, self.targets) for reply in self.line.replies]

    @property
    def relation(self) -> str:
        """The type of a relationship, whose names are those of MISP, in words."""
        name = self.line.relationship_type or ""
        return gettext("is related to") if name == "related-to" else name.replace("-", " ")

    @property
    def is_relationship(self) -> bool:
        return self.line.kind == AnalystDataKind.RELATIONSHIP

    @property
    def type_name(self) -> str:
        return str(TYPES[self.line.kind_name])

    @property
    def step(self) -> str:
        """An opinion in words; empty where there is none."""
        return "" if self.line.opinion is None else str(STEPS[step_of(self.line.opinion)])

    @property
    def step_colour(self) -> str:
        return COLOURS[step_of(self.line.opinion or 0)]

    @property
    def language(self) -> str:
        """Its code where it is another than the page's and one that browsers know."""
        code = self.line.language
        is_other = code.split("-")[0] != (get_language() or "").split("-")[0]
        return code if is_other and self.line.kind == AnalystDataKind.NOTE and code in LANG_INFO else ""

    @property
    def language_name(self) -> str:
        return str(get_language_info(self.language)["name_translated"])

    @property
    def may_edit(self) -> bool:
        return may_write(self.actor) and may_edit(self.actor, self.line.orgc_id)

    def _target(self, kind: str, uuid: str) -> ShownTarget:
        return ShownTarget(kind, uuid, self.targets.get((kind, uuid)))


def may_write(actor: Actor) -> bool:
    return actor.may_write and actor.may(Permission.ADD, Permission.ANALYST_DATA)


def shown(actor: Actor, lines: Sequence[AnalystLine]) -> list[ShownAnalystData]:
    """`lines` and their replies, with all that they are about and lead to read together."""
    keys = {(line.object_type, line.object_uuid) for line in lines}
    keys |= {
        (line.related_object_type, line.related_object_uuid)
        for line in _with_replies(lines)
        if line.related_object_uuid
    }
    targets = find_targets(actor, keys)
    return [ShownAnalystData(actor, line, targets) for line in lines]


def _with_replies(lines: Sequence[AnalystLine]) -> Iterator[AnalystLine]:
    for line in lines:
        yield line
        yield from _with_replies(line.replies)
