"""A proposal as its readers see it: field by field beside what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel import rules
from vardkase.intel.proposals.conversation import Comment
from vardkase.intel.proposals.decisions import REOPENED_WITHIN, WITHOUT_EFFECT
from vardkase.intel.proposals.models import ProposalOutcome
from vardkase.intel.proposals.queries import Decision, ProposalContent, ProposalLine, can_be_changed
from vardkase.intel.queries.last_version import ChangingEvent
from vardkase.web.intel.editing.common import moment as moment_of_microseconds
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.display import local_time

FIELDS: dict[str, str | Promise] = {
    "type": _("Type"),
    "value": _("Value"),
    "category": _("Category"),
    "to_ids": _("For detection"),
    "comment": _("Comment"),
    "first_seen": _("First seen"),
    "last_seen": _("Last seen"),
}


@dataclass(frozen=True, slots=True)
class ProposedField:
    """`change` is added, changed or removed; empty where nothing is compared. `old` and `new` are values of the types
    in `types`, if those are given."""

    name: str
    label: str | Promise
    change: str
    old: str
    new: str
    types: tuple[str, str] | None = None
    is_refused: bool = False
    """Whether the proposal was accepted without this field."""


@dataclass(frozen=True, slots=True)
class ShownOutcome:
    kind: str
    icon: str
    words: str


OUTCOMES: Mapping[ProposalOutcome, tuple[str, dict[str, str]]] = {
    ProposalOutcome.ACCEPTED: ("ok", {"icon": "check"}),
    ProposalOutcome.PARTLY_ACCEPTED: ("info", {"icon": "list-check"}),
    ProposalOutcome.CHANGED: ("info", {"icon": "pencil"}),
    ProposalOutcome.DISCARDED: ("bad", {"icon": "x"}),
    ProposalOutcome.WITHDRAWN: ("out", {"icon": "arrow-back-up"}),
}


@dataclass(frozen=True, slots=True)
class ShownProposal:
    actor: Actor
    line: ProposalLine
    comments: Sequence[Comment] = ()
    """Of the conversation between its organisation and the owner, which nobody else reads."""
    last_version: ChangingEvent | None = None
    """What the reader can read of its event instead, while that is being changed."""

    @property
    def changed(self) -> datetime:
        """When it was made, or decided."""
        return moment(self.line.timestamp)

    @property
    def proposed(self) -> datetime | None:
        when = self.line.proposed_at
        return None if when is None else moment(when)

    @property
    def subject(self) -> ProposalContent:
        """What it is about, as the reader may know it: of a decided one not what the attribute reads now."""
        line = self.line
        if line.deleted:
            return (line.decision and line.decision.before) or line.proposed
        return line.stored or line.proposed

    @property
    def outcome(self) -> ShownOutcome | None:
        if not self.line.deleted:
            return None
        if self.line.decision is None:
            return ShownOutcome("out", "", gettext("Decided on another hub, or before outcomes were kept"))
        outcome = self.line.decision.outcome
        kind, icon = OUTCOMES[outcome]
        return ShownOutcome(kind, icon["icon"], str(outcome.label))

    @property
    def now_reads(self) -> str:
        """The value of an attribute that was accepted with changes."""
        line = self.line
        is_changed = line.decision is not None and line.decision.outcome is ProposalOutcome.CHANGED
        return line.stored.value if is_changed and line.stored else ""

    @property
    def is_struck(self) -> bool:
        """Whether the deletion that it proposes is open, or has been accepted."""
        decision = self.line.decision
        return not self.line.deleted or (
            decision is not None and decision.outcome is ProposalOutcome.ACCEPTED
        )

    @property
    def may_decide(self) -> bool:
        return self._is_open_to_actor and rules.may_modify_event(self.actor, self.line.event)

    @property
    def may_withdraw(self) -> bool:
        is_own = self.line.org_id == self.actor.organisation_id
        return self._is_open_to_actor and is_own and not self.may_decide

    @property
    def may_reopen(self) -> bool:
        line = self.line
        return (
            line.is_readable
            and line.decision is not None
            and line.decision.is_own
            and (line.decision.outcome in WITHOUT_EFFECT or line.decision.together > 0)
            and self.changed + REOPENED_WITHIN > timezone.now()
            and self.actor.may_write
            and self.actor.may(Permission.ADD)
        )

    @property
    def may_comment(self) -> bool:
        is_own = self.line.org_id == self.actor.organisation_id
        return self._is_open_to_actor and (is_own or rules.may_modify_event(self.actor, self.line.event))

    @property
    def may_accept_fields(self) -> bool:
        return self.may_decide and self.line.stored is not None and len(self.fields) > 1

    @property
    def may_edit(self) -> bool:
        line = self.line
        return self.may_decide and can_be_changed(line.proposed, line.stored, to_delete=line.to_delete)

    @property
    def fields(self) -> list[ProposedField]:
        line = self.line
        if line.to_delete:
            return []
        if line.decision is not None and line.decision.before is not None:
            return list(_decided(line.decision, line.decision.before, line.proposed))
        # Once it is decided, what is stored now says nothing about what was proposed.
        if line.stored is None or line.deleted:
            return list(_content(line.proposed, beside=self.subject))
        return list(_compared(line.stored, line.proposed))

    @property
    def _is_open_to_actor(self) -> bool:
        line = self.line
        return (
            line.is_readable and not line.deleted and self.actor.may_write and self.actor.may(Permission.ADD)
        )


def _compared(stored: ProposalContent, proposed: ProposalContent) -> Iterator[ProposedField]:
    for name, label in FIELDS.items():
        old, new = _words(stored, name), _words(proposed, name)
        if old != new:
            change = "changed" if old and new else "added" if new else "removed"
            types = (stored.type, proposed.type) if name == "value" else None
            yield ProposedField(name, label, change, old, new, types)


def _decided(
    decision: Decision, before: ProposalContent, proposed: ProposalContent
) -> Iterator[ProposedField]:
    is_in_part = decision.outcome is ProposalOutcome.PARTLY_ACCEPTED
    for field in _compared(before, proposed):
        yield replace(field, is_refused=is_in_part and field.name not in decision.fields)


def _content(proposed: ProposalContent, *, beside: ProposalContent) -> Iterator[ProposedField]:
    for name, label in FIELDS.items():
        is_in_head = name in ("type", "value") and _words(beside, name) == _words(proposed, name)
        if not is_in_head and (words := _words(proposed, name)):
            types = (proposed.type, proposed.type) if name == "value" else None
            yield ProposedField(name, label, "", "", words, types)


def _words(content: ProposalContent, name: str) -> str:
    stored = getattr(content, name)
    match name:
        case "to_ids":
            return pgettext("detect", "Yes") if stored else pgettext("detect", "No")
        case "first_seen" | "last_seen":
            when = moment_of_microseconds(stored)
            return local_time(when).strftime("%Y-%m-%d %H:%M:%S") if when else ""
        case _:
            return str(stored)
