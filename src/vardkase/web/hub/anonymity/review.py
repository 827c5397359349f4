"""What a page shows of the hits in a draft, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from vardkase.hub.anonymity import drafts
from vardkase.hub.anonymity.drafts import Draft, Path
from vardkase.hub.anonymity.hits import Hit, HitAction, HitDecision, HitKind

ACTIONS: dict[HitAction, Promise] = {
    HitAction.KEEP: gettext_lazy("Keep"),
    HitAction.CHANGE: gettext_lazy("Replace"),
    HitAction.REMOVE: gettext_lazy("Remove"),
}
REMOVED: dict[str, Promise] = {
    "Attribute": gettext_lazy("Remove the attribute"),
    "Object": gettext_lazy("Remove the object"),
    "EventReport": gettext_lazy("Remove the report"),
    "Tag": gettext_lazy("Remove the tag"),
}
FIELDS: dict[str, Promise] = {
    "info": gettext_lazy("title"),
    "name": gettext_lazy("name"),
    "value": gettext_lazy("value"),
    "comment": gettext_lazy("comment"),
    "description": gettext_lazy("description"),
    "content": gettext_lazy("text"),
    "note": gettext_lazy("text"),
    "data": gettext_lazy("content of the file"),
    "SharingGroup": gettext_lazy("sharing group"),
    "sharing_group_id": gettext_lazy("sharing group"),
    "Sighting": gettext_lazy("sightings"),
    "ShadowAttribute": gettext_lazy("proposals"),
    "extends_uuid": gettext_lazy("the event that it extends"),
    "event_creator_email": gettext_lazy("address of its creator"),
    "authors": gettext_lazy("authors"),
}
DECISION, REPLACEMENT = "hit-", "text-"
"""The fields of a hit: these and its id."""


@dataclass(frozen=True, slots=True)
class ShownHit:
    kind: str
    where: str
    text: str
    note: str
    legend: str
    field: str
    text_field: str
    choices: list[tuple[str, str]]
    chosen: str
    replacement: str
    may_change: bool


def review_of(
    draft: Draft, hits: Sequence[Hit], decisions: Mapping[str, HitDecision] | None = None
) -> list[ShownHit]:
    """For ``anonymity/review.html``. `decisions` that were sent are shown again, the others as suggested."""
    event = drafts.event_of(draft)
    return [_shown(event, hit, (decisions or {}).get(hit.id)) for hit in hits]


def decisions_from(sent: Mapping[str, str], hits: Sequence[Hit]) -> dict[str, HitDecision]:
    """`sent` are the fields of the form (`posted.fields`)."""
    known = set(HitAction)
    return {
        hit.id: HitDecision(HitAction(action), sent.get(REPLACEMENT + hit.id, hit.suggestion or ""))
        for hit in hits
        if (action := sent.get(DECISION + hit.id, "")) in known
    }


def _shown(event: Mapping[str, Any], hit: Hit, decision: HitDecision | None) -> ShownHit:
    where = place_in_words(event, hit.path)
    kind = str(hit.kind.label)
    return ShownHit(
        kind=kind,
        where=where,
        text=gettext("Event %(event)s") % {"event": hit.text}
        if hit.kind in (HitKind.EARLIER_EVENT, HitKind.SOURCE)
        else hit.text,
        note=hit.note,
        legend=f"{kind}: {hit.text}, {where}",
        field=DECISION + hit.id,
        text_field=REPLACEMENT + hit.id,
        choices=[(action.value, _action_in_words(hit, action)) for action in hit.actions],
        chosen=(decision.action if decision else hit.suggested).value,
        replacement=decision.replacement if decision else hit.suggestion or "",
        may_change=HitAction.CHANGE in hit.actions,
    )


def _action_in_words(hit: Hit, action: HitAction) -> str:
    """A name in a report goes with all of the report, so it is said what goes."""
    if action is HitAction.REMOVE and hit.removes is not None and len(hit.removes) > 1:
        return str(REMOVED.get(str(hit.removes[-2]), ACTIONS[action]))
    return str(ACTIONS[action])


def place_in_words(event: Mapping[str, Any], path: Path) -> str:
    """``Object 2 (email) › Attribute 1 (email-subject) › value``, counted from 1."""
    words: list[str] = []
    for place in range(0, len(path) - 1, 2):
        number, part = path[place + 1], drafts.found_at(event, path[: place + 2])
        words.append(_part_in_words(str(path[place]), int(number) + 1, part))
    if len(path) % 2:
        words.append(str(FIELDS.get(str(path[-1]), path[-1])))
    return " › ".join(words)


def _part_in_words(name: str, number: int, part: Mapping[str, Any]) -> str:
    match name:
        case "Attribute":
            return gettext("Attribute %(number)s (%(kind)s)") % {
                "number": number,
                "kind": part.get("type", ""),
            }
        case "Object":
            return gettext("Object %(number)s (%(kind)s)") % {"number": number, "kind": part.get("name", "")}
        case "EventReport":
            return gettext("Report “%(name)s”") % {"name": part.get("name", "")}
        case "Tag":
            return gettext("Tag %(number)s") % {"number": number}
        case "ObjectReference":
            return gettext("Reference %(number)s") % {"number": number}
        case _:
            return gettext("Analyst data %(number)s") % {"number": number}
