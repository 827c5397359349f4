"""Called by `intel.hooks` in the transaction that would release an event, over every channel."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import lazy

from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.guard.clearance import has_clearance
from vardkase.hub.guard.detectors import examine, markings_in
from vardkase.hub.guard.findings import GuardFinding, Severity
from vardkase.hub.guard.wording import in_words
from vardkase.hub.problems import GuardProblem
from vardkase.identity.access.sharing import BeforeSharing
from vardkase.intel.errors import ClassificationFound, ConfirmationNeeded, PublicationStopped
from vardkase.intel.hooks import BeforeDelegation, BeforePublication, EventReceived
from vardkase.intel.models import Event
from vardkase.intel.services.quarantine import quarantine
from vardkase.misp.distribution import Distribution

_words = lazy(in_words, str)
"""Lazy, so that people read it in their language, and clients in English."""


def check_publication(proposal: BeforePublication) -> None:
    """Refuse what a detector stops, and unconfirmed findings.

    Only the organisation that created an event is checked: others are responsible for what they published.
    Raises PublicationStopped, ConfirmationNeeded.
    """
    actor, event = proposal.actor, proposal.event
    findings = examine(event.pk, event.distribution, event.sharing_group_id)
    if stopping := _not_cleared(event, findings):
        refusal = (
            ClassificationFound if any(finding.is_marking for finding in stopping) else PublicationStopped
        )
        raise refusal(GuardProblem.FOUND(findings=_words(stopping)))
    for unread in (finding for finding in findings if finding.is_about_files):
        change = {"files": unread.text, "count": unread.count}
        record(actor, HubAction.EVENT_FILES_NOT_EXAMINED, _target(event), change)
    asks = [finding for finding in findings if finding.severity is Severity.ASKS]
    # Others answer for what they created, which is locked or comes by a connection.
    if not asks or event.locked or actor.is_connection or event.orgc_id != actor.organisation_id:
        return
    if not proposal.confirmed:
        raise ConfirmationNeeded(GuardProblem.UNCONFIRMED(findings=_words(asks)))
    change = {"found": sorted({finding.text for finding in asks}), "distribution": event.distribution}
    record(actor, HubAction.EVENT_TLP_CONFIRMED, _target(event), change)


def _not_cleared(event: Event, findings: Sequence[GuardFinding]) -> list[GuardFinding]:
    """What stops, but for markings in a version that was released from quarantine."""
    stopping = [finding for finding in findings if finding.stops]
    if any(finding.is_marking for finding in stopping) and has_clearance(event.pk, event.last_change):
        return [finding for finding in stopping if not finding.is_marking]
    return stopping


def examine_received(received: EventReceived) -> None:
    """Put what came from elsewhere in quarantine if it is marked as classified, published or not."""
    # TLP is left to the publication: with this distribution none of its labels is exceeded.
    findings = examine(received.event.pk, Distribution.ORGANISATION)
    if any(finding.is_marking for finding in _not_cleared(received.event, findings)):
        quarantine(received.actor, received.event)


def _target(event: Event) -> Target:
    return Target("event", event.pk, event.uuid, event.info)


def check_delegation(proposal: BeforeDelegation) -> None:
    """Refuse to delegate events with classification markings. Raises PublicationStopped."""
    # TLP is left to the publication: with this distribution none of its labels is exceeded.
    findings = examine(proposal.event.pk, Distribution.ORGANISATION)
    if marked := [finding for finding in findings if finding.stops and finding.is_marking]:
        raise PublicationStopped(GuardProblem.FOUND(findings=_words(marked)))


def check_sharing(proposal: BeforeSharing) -> None:
    """Refuse to share anything with classification markings. Raises PublicationStopped."""
    if marked := [finding for finding in markings_in(proposal.texts) if finding.stops]:
        raise PublicationStopped(GuardProblem.FOUND(findings=_words(marked)))
