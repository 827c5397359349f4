"""View data of an event's header: its galaxies, who sees it, whether its TLP allows that, and what waits for the
reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from vardkase.formats.misp_json.comparison import compare_with_published
from vardkase.hub.guard.preview import GuardPreview, by_severity, own_tlp
from vardkase.hub.policy.approvals.queries import waiting_of_event
from vardkase.hub.policy.approvals.rules import may_decide
from vardkase.intel.event_delegations.models import EventDelegation
from vardkase.intel.queries import event_parts, versions
from vardkase.intel.queries.event_parts import AttachedTag
from vardkase.intel.queries.receivers import event_receivers, hides_members
from vardkase.knowledge.galaxies.queries import ATTACK, visible_galaxies
from vardkase.web.intel.events.rows import moment
from vardkase.web.intel.events.shell import GALAXY, EventLayout
from vardkase.web.ui.chips import GROUP, tag_parts
from vardkase.web.ui.display import short_time, thin
from vardkase.web.ui.galaxy_names import galaxy_name

SEARCHED = 1000
"""Attributes of the largest event whose texts are searched for findings when its page is shown."""
FEW = 2
"""Clusters of a galaxy that are shown by themselves; more are one line."""


@dataclass(frozen=True, slots=True)
class GalaxyLine:
    """The clusters of one galaxy on an event. `matrix` is the galaxy's uuid if it can be drawn as a matrix."""

    name: str
    counted: str
    clusters: Sequence[AttachedTag]
    matrix: UUID | None

    @property
    def is_folded(self) -> bool:
        return len(self.clusters) > FEW


@dataclass(frozen=True, slots=True)
class GalaxyContext:
    """The galaxies on an event. `attack` is the uuid of the ATT&CK matrix, for those who may tag from it."""

    lines: Sequence[GalaxyLine]
    attack: UUID | None


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing that the reader can do about the event. `kind` is how pressing it is: land, warn or bad. `more` is left
    out on phones."""

    kind: str
    text: str
    url: str
    action: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who can see an event now, in words; by name where the reader may know them. `later`: who will once it is
    published. `owners`: the organisation, and the one that is asked to take the event over."""

    words: str
    owners: str
    names: Sequence[str] = ()
    later: str = ""


@dataclass(frozen=True, slots=True)
class LatestVersion:
    """What was published last, and how many organisations have been able to read it."""

    number: int
    when: datetime
    holders: int


def latest_version(shell: EventLayout) -> LatestVersion | None:
    """For readers of the event's history."""
    published = versions.event_versions(shell.actor, shell.event)
    if not published:
        return None
    latest = published[0]
    found = versions.holders(shell.actor, shell.event)
    having = [one for one in found if one.version == latest.version and not one.is_group]
    return LatestVersion(latest.version, moment(latest.published_at), len(having))


def galaxies_of(shell: EventLayout) -> GalaxyContext:
    clusters = sorted((tag for tag in shell.tags if tag.name.startswith(GALAXY)), key=_kind)
    by_kind = {kind: list(members) for kind, members in groupby(clusters, key=_kind)}
    # Of several galaxies of one type the packaged one, which comes last, names it.
    kinds = by_kind.keys() | ({ATTACK} if shell.may_tag else set())
    known = visible_galaxies(shell.actor).filter(type__in=kinds).order_by("default", "-pk") if kinds else ()
    galaxies = {galaxy.type: galaxy for galaxy in known}
    lines = []
    for kind, members in by_kind.items():
        galaxy = galaxies.get(kind)
        name = galaxy_name(kind, galaxy.name if galaxy else "")
        if kind == ATTACK:
            counted = ngettext("%(n)s technique", "%(n)s techniques", len(members))
        else:
            counted = ngettext("%(n)s cluster", "%(n)s clusters", len(members))
        matrix = galaxy.uuid if galaxy and galaxy.kill_chain_order else None
        lines.append(GalaxyLine(name, counted % {"n": thin(len(members))}, members, matrix))
    lines.sort(key=lambda line: len(line.clusters), reverse=True)
    # For those who tag; where techniques have a line of their own, it leads to the matrix.
    attack = galaxies.get(ATTACK) if shell.may_tag and ATTACK not in by_kind else None
    usable = attack is not None and attack.enabled and attack.kill_chain_order
    return GalaxyContext(lines, attack.uuid if attack and usable else None)


def _kind(tag: AttachedTag) -> str:
    return tag_parts(tag.name)[0].removeprefix(GALAXY)


def owners_of(shell: EventLayout, asked: EventDelegation | None) -> str:
    owner = shell.listed.row.org.name
    return gettext("%(one)s and %(other)s") % {"one": owner, "other": asked.org.name} if asked else owner


def readers_of(shell: EventLayout, owners: str) -> Readers:
    event, owner = shell.event, {"organisation": owners}
    if event.distribution == 0:
        return Readers(gettext("Only %(organisation)s") % owner, owners)
    everybody, names = _within_reach(shell)
    if event.published or shell.is_open_unpublished:
        return Readers(everybody, owners, names)
    if event.being_changed:
        return Readers(gettext("Only %(organisation)s sees the changes") % owner, owners, names, everybody)
    return Readers(gettext("Only %(organisation)s until published") % owner, owners, names, everybody)


def _within_reach(shell: EventLayout) -> tuple[str, list[str]]:
    event = shell.event
    if versions.may_read_history(shell.actor, event):
        # A group that hides its members reveals only their number: nobody in it has an id.
        found = event_receivers(event)
        words = ngettext("%(n)s other organisation", "%(n)s other organisations", len(found))
        return words % {"n": thin(len(found))}, [one.name for one in found if one.id]
    if event.distribution != GROUP:
        return gettext("Every organisation on this hub"), []
    members = event_parts.group_members(shell.actor, event.sharing_group_id or 0)
    words = ngettext("%(n)s organisation", "%(n)s organisations", len(members)) % {"n": thin(len(members))}
    return words if members else gettext("The members of the sharing group"), members


def tlp_check(shell: EventLayout) -> GuardPreview:
    """What the event's TLP labels say of its distribution."""
    event = shell.event
    if not any("tlp" in tag.name.lower() for tag in shell.tags):
        return GuardPreview()
    # That a group is too wide reveals that everybody is in it, which one that hides its members keeps to itself.
    is_outsider = not shell.is_ours and not shell.may_modify and event.distribution == GROUP
    if is_outsider and hides_members(event.sharing_group_id, shell.actor.organisation_id):
        return GuardPreview()
    return own_tlp(event.id, event.distribution, event.sharing_group_id)


def to_dos(shell: EventLayout, tlp: GuardPreview, proposed: int, owners: str) -> Iterator[ToDo]:
    """What the reader can do about the event now, the most pressing first."""
    yield from _findings(shell, tlp)
    event_id = shell.event.id
    if waiting := waiting_of_event(shell.actor, event_id):
        action = gettext("Decide") if may_decide(shell.actor, waiting) else gettext("Show the request")
        yield ToDo(
            "warn",
            gettext("Publication is waiting for approval."),
            reverse("approval", args=[waiting.pk]),
            action,
        )
    if proposed and shell.may_modify:
        text = ngettext(
            "%(n)s proposal is waiting for your decision.",
            "%(n)s proposals are waiting for your decision.",
            proposed,
        )
        yield ToDo(
            "warn",
            text % {"n": thin(proposed)},
            reverse("event_proposals", args=[event_id]),
            gettext("Review"),
        )
    if not shell.event.published:
        # Said to every reader, since the event's state is more than something to do.
        action = gettext("See what is new") if shell.is_changed else gettext("Check and publish")
        url = reverse("event_publish", args=[event_id]) if shell.may_publish else ""
        text, more = unpublished_words(shell, owners)
        yield ToDo("land", text, url, action, more)


def _findings(shell: EventLayout, tlp: GuardPreview) -> Iterator[ToDo]:
    event = shell.event
    if not shell.may_publish and not shell.may_modify:
        return
    url = reverse("event_publish" if shell.may_publish else "event_edit", args=[event.id])
    found = tlp
    # Every text of the event is searched, so a large event is checked on the publish page alone.
    if not event.published and shell.may_publish and shell.attribute_count <= SEARCHED:
        found = by_severity(event.id, event.distribution, event.sharing_group_id, only_known_files=True)
    action = gettext("Change distribution")
    for each in found.stops:
        yield ToDo("bad", each.text, url, gettext("See the checks") if each.is_marking else action)
    for each in found.asks:
        yield ToDo("warn", each.text, url, action)


def unpublished_words(shell: EventLayout, owners: str) -> tuple[str, str]:
    """What an unpublished event means for others: a sentence, and one more."""
    if not shell.is_changed:
        if shell.is_open_unpublished:
            who = gettext(
                "Organisations within its distribution can already read it on this hub. "
                "Publishing marks it as ready and archives this version."
            )
        else:
            who = gettext("Only %(organisation)s can see it.") % {"organisation": owners}
        return gettext("Not published."), who
    if version := _equal_version(shell):
        changes = 0
        unchanged = gettext("No changes since version %(version)s") % {"version": version} + "."
    else:
        changes = shell.changes if shell.is_ours else 0
        unchanged = (
            gettext("Unpublished changes.") if shell.event.being_changed else gettext("Not published.")
        )
    changed = ngettext(
        "%(n)s attribute has unpublished changes.", "%(n)s attributes have unpublished changes.", changes
    )
    text = changed % {"n": thin(changes)} if changes else unchanged
    when = {"when": short_time(shell.published_at) if shell.published_at else ""}
    if shell.is_open_unpublished:
        return text, gettext(
            "Recipients see them here, and have the version published %(when)s elsewhere."
        ) % when
    if shell.event.being_changed:
        return text, gettext("Until you publish, recipients see the version published %(when)s.") % when
    return text, gettext(
        "Recipients have the version published %(when)s, but cannot open the event here."
    ) % when


def _equal_version(shell: EventLayout) -> int:
    """The last version if the event is as it was then, such as after an undo; else 0."""
    if not shell.event.being_changed or shell.attribute_count > SEARCHED:
        return 0
    found = compare_with_published(shell.actor, shell.event)
    return found.version if not found.total else 0
