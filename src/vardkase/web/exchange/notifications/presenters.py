"""A notification in words, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.notifications.models import DECIDED
from vardkase.exchange.notifications.models import NotificationKind as Kind
from vardkase.exchange.notifications.queries import DecidedProposal, NotificationLine
from vardkase.exchange.subscriptions.queries import names_of
from vardkase.identity.access.actor import Actor
from vardkase.intel.proposals.models import ProposalOutcome
from vardkase.misp.values.defang import defang
from vardkase.web.core.jobs.labels import label_of
from vardkase.web.exchange.subscriptions.presenters import why
from vardkase.web.ui.display import thin

ICONS: Mapping[Kind, dict[str, str]] = {
    Kind.PUBLISHED: {"icon": "send"},
    Kind.PROPOSED: {"icon": "pencil"},
    Kind.PROPOSALS_ACCEPTED: {"icon": "check"},
    Kind.PROPOSALS_DISCARDED: {"icon": "x"},
    Kind.PROPOSAL_COMMENTED: {"icon": "message"},
    Kind.NOTED: {"icon": "message"},
    Kind.SIGHTED: {"icon": "eye"},
    Kind.FALSE_POSITIVE: {"icon": "eye-off"},
    Kind.DELEGATION_REQUESTED: {"icon": "arrows-exchange"},
    Kind.DELEGATION_ACCEPTED: {"icon": "check"},
    Kind.DELEGATION_DECLINED: {"icon": "x"},
    Kind.QUESTION: {"icon": "help"},
    Kind.PUBLICATION_REQUESTED: {"icon": "send"},
    Kind.PUBLICATION_DONE: {"icon": "check"},
    Kind.PUBLICATION_DECLINED: {"icon": "x"},
    Kind.JOB_DONE: {"icon": "circle-check"},
    Kind.JOB_FAILED: {"icon": "alert-triangle"},
    Kind.HUB_JOB_FAILED: {"icon": "alert-triangle"},
}
WORDS: Mapping[Kind, str | Promise] = {
    Kind.PUBLISHED: _("The event was published"),
    Kind.PROPOSAL_COMMENTED: _("%(by)s has written about a proposal"),
    Kind.DELEGATION_REQUESTED: _("%(by)s asks you to take over the event"),
    Kind.DELEGATION_ACCEPTED: _("%(by)s has taken over the event"),
    Kind.DELEGATION_DECLINED: _("%(by)s declines to take over the event"),
    Kind.QUESTION: _("A reader has a question"),
    Kind.PUBLICATION_REQUESTED: _("A colleague asks for the event to be published"),
    Kind.PUBLICATION_DONE: _("The event that you asked to have published has been published"),
    Kind.PUBLICATION_DECLINED: _("Your request to publish the event was declined"),
}
NOTES: tuple[str | Promise, ...] = (
    _("%(by)s has written a note"),
    _("%(by)s has given an opinion"),
    _("%(by)s has added a relationship"),
)


@dataclass(frozen=True, slots=True)
class ShownNotification:
    """`about` names the event, or nothing where there is none; `detail` is a part of it that the reader may read, `why`
    what they follow."""

    id: int
    is_read: bool
    when: datetime
    icon: str
    words: str
    about: str
    why: str
    detail: str
    is_value: bool
    url: str


def shown(actor: Actor, lines: Sequence[NotificationLine]) -> list[ShownNotification]:
    followed = names_of(actor, [line.subscription_id for line in lines if line.subscription_id])
    return [
        ShownNotification(
            line.id,
            line.is_read,
            line.when,
            ICONS[line.kind]["icon"],
            _words(line),
            _about(line),
            why(followed.get(line.subscription_id or 0)),
            _detail(line),
            bool(line.decided or line.value) and not line.question,
            _url(line),
        )
        for line in lines
    ]


def _words(line: NotificationLine) -> str:
    if counted := COUNTED.get(line.kind):
        return counted(line) % {"n": thin(line.sightings or line.count), "by": line.by}
    if line.job_id is not None:
        return _job_words(line)
    by = line.by or gettext("Another organisation")
    words = NOTES[line.note_kind or 0] if line.kind is Kind.NOTED else WORDS[line.kind]
    return str(words) % {"by": by}


def proposed_text(line: NotificationLine) -> str:
    if line.by:
        return ngettext("%(by)s proposes a change", "%(by)s proposes %(n)s changes", line.count)
    return ngettext("%(n)s new proposal", "%(n)s new proposals", line.count)


def accepted_text(line: NotificationLine) -> str:
    if line.count == 1 and line.decided and (said := ONE_ACCEPTED.get(line.decided[0].outcome)):
        return str(said)
    return ngettext("Your proposal was accepted", "%(n)s of your proposals were accepted", line.count)


ONE_ACCEPTED: Mapping[ProposalOutcome, str | Promise] = {
    ProposalOutcome.PARTLY_ACCEPTED: _("Your proposal was accepted in part"),
    ProposalOutcome.CHANGED: _("Your proposal was accepted with changes"),
}


def discarded_text(line: NotificationLine) -> str:
    return ngettext("Your proposal was discarded", "%(n)s of your proposals were discarded", line.count)


def sighted_text(line: NotificationLine) -> str:
    if not line.sightings:
        return gettext("Values have been sighted")
    return ngettext("%(n)s new sighting", "%(n)s new sightings", line.sightings)


def false_positives_text(line: NotificationLine) -> str:
    if not line.sightings:
        return gettext("Values have been reported as false positives")
    return ngettext(
        "%(n)s new report of a false positive", "%(n)s new reports of false positives", line.sightings
    )


COUNTED: Mapping[Kind, Callable[[NotificationLine], str]] = {
    Kind.PROPOSED: proposed_text,
    Kind.PROPOSALS_ACCEPTED: accepted_text,
    Kind.PROPOSALS_DISCARDED: discarded_text,
    Kind.SIGHTED: sighted_text,
    Kind.FALSE_POSITIVE: false_positives_text,
}


def _job_words(line: NotificationLine) -> str:
    job = label_of(line.job_task or "", line.job_arguments)
    if line.kind is Kind.JOB_DONE:
        return gettext("Job done: %(job)s") % {"job": job}
    if line.count > 1:
        failed = ngettext("Job failed %(n)s time: %(job)s", "Job failed %(n)s times: %(job)s", line.count)
        return failed % {"job": job, "n": thin(line.count)}
    return gettext("Job failed: %(job)s") % {"job": job}


def _about(line: NotificationLine) -> str:
    if line.event_id is None:
        return ""
    if line.title is None and line.kind in DECIDED:
        said = gettext(
            "Event %(id)s. While its owner is changing it, you can read the last published version."
        )
        return said % {"id": line.event_id}
    return line.title or gettext("Event %(id)s") % {"id": line.event_id}


def _detail(line: NotificationLine) -> str:
    if line.decided:
        return ", ".join(_proposed_value(each) for each in line.decided)
    return line.question or line.value


def _proposed_value(proposal: DecidedProposal) -> str:
    value = defang(proposal.value, proposal.type)
    return gettext("Deletion of %(value)s") % {"value": value} if proposal.to_delete else value


def _url(line: NotificationLine) -> str:
    if line.job_id is not None:
        return reverse("job" if line.kind is Kind.HUB_JOB_FAILED else "own_job", args=[line.job_id])
    if line.kind is Kind.NOTED:
        return reverse("note", args=[line.note_uuid])
    if line.kind in DECIDED:
        if line.title is None:
            return reverse("proposals") + "?show=made"
        return reverse("event_proposals", args=[line.event_id]) + "?show=decided"
    if view := LISTS.get(line.kind):
        return reverse(view)
    return reverse(OF_EVENT.get(line.kind, "event"), args=[line.event_id])


LISTS: Mapping[Kind, str] = {
    Kind.DELEGATION_REQUESTED: "delegations",
    Kind.DELEGATION_ACCEPTED: "delegations",
    Kind.QUESTION: "questions",
    Kind.PUBLICATION_REQUESTED: "publication_requests",
}
OF_EVENT: Mapping[Kind, str] = {
    Kind.PROPOSED: "event_proposals",
    Kind.PROPOSAL_COMMENTED: "event_proposals",
}
"""Pages of the event that are about just this; otherwise the event itself."""
