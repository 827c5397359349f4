"""Opening a sealed link: proposed with a reason by one officer, approved by another, and then theirs alone to fetch.

Neither can read the file that they fetch alone, and the hub can read none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.problems import Problem
from vardkase.hub.audit_actions import SealedLinkAction
from vardkase.hub.sealed_links import mails, queries
from vardkase.hub.sealed_links.hooks import SealOpened, seal_opened
from vardkase.hub.sealed_links.keys import is_own_officer
from vardkase.hub.sealed_links.models import OfficerKey, SealedLink, SealOpening
from vardkase.hub.sealed_links.problems import SealedLinkProblem
from vardkase.hub.sealed_links.sealing import content_digest, is_unaltered, nested_file
from vardkase.hub.sealed_links.settings import OPENING_HOURS
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.organisations.acting import Acting


def propose_opening(actor: Actor, about: UUID, reason: str) -> ApprovalRequest:
    """Raises NotFound, Forbidden, Conflict for an altered link, Invalid under `reason`."""
    actor.require_writing()
    if not is_own_officer(actor):
        raise Forbidden(SealedLinkProblem.NOT_AN_OFFICER())
    _require_unaltered(actor, queries.find_link(about))
    return propose(actor, OPEN, str(about), title=str(about), reason=reason)


def fetch_file(actor: Actor, pk: int) -> bytes:
    """The nested age file of the two, to one of them. Each time is on record.

    Raises NotFound, Forbidden to all others, Conflict when the time is over, a key has been withdrawn since, or the
    link is not the one that was approved.
    """
    actor.require_writing()
    actor.require_step_up()
    opening = queries.find_opening(actor, pk)
    owners = (opening.outer_key.owner_id, opening.inner_key.owner_id)
    if actor.user_id is None or actor.user_id not in owners or not is_own_officer(actor):
        raise Forbidden(SealedLinkProblem.NOT_YOURS())
    if not opening.is_open:
        raise Conflict(SealedLinkProblem.OVER())
    if opening.outer_key.withdrawn_at or opening.inner_key.withdrawn_at:
        raise Conflict(SealedLinkProblem.KEY_WITHDRAWN())
    link = queries.find_link(opening.about)
    _require_unaltered(actor, link, opening.content_digest)
    record(actor, SealedLinkAction.SEAL_FILE_FETCHED, _target(opening.about), {"opening": opening.pk})
    return nested_file(link, opening.outer_key.fingerprint, opening.inner_key.fingerprint)


def key_of(link: SealedLink, user_id: int | None) -> OfficerKey | None:
    """The key by which the officer opens this link."""
    mine = (key for key in queries.usable_keys() if key.owner_id == user_id and user_id is not None)
    return next((key for key in mine if key.fingerprint in link.keys), None)


def _require_unaltered(actor: Actor, link: SealedLink, approved: str | None = None) -> None:
    """Not in a transaction, which the refusal would undo together with its entry in the audit log."""
    if not is_unaltered(link) or content_digest(link) != (approved or content_digest(link)):
        _record_refusal(actor, link.about)
        raise Conflict(SealedLinkProblem.ALTERED())


def _record_refusal(actor: Acting, about: UUID) -> None:
    record(actor, SealedLinkAction.SEAL_REFUSED, _target(about))


def _tell_of_refusal(actor: Acting, request: ApprovalRequest) -> None:
    link = SealedLink.objects.filter(about=UUID(request.subject)).first()
    if link is not None and not is_unaltered(link):
        _record_refusal(actor, link.about)


def _target(about: UUID) -> Target:
    return Target("sealed_link", uuid=about, title=str(about))


def _link_now(request: ApprovalRequest) -> Mapping[str, Any]:
    link = queries.find_link(UUID(request.subject))
    key = key_of(link, request.proposed_by)
    return {"content": content_digest(link), "key": key.fingerprint if key else ""}


def _conflict(actor: Acting, request: ApprovalRequest) -> Problem | None:
    link = SealedLink.objects.filter(about=UUID(request.subject)).first()
    if link is None:
        return SealedLinkProblem.NO_SUCH_LINK()
    if key_of(link, actor.user_id) is None:
        return SealedLinkProblem.NO_KEY_IN_LINK()
    if key_of(link, request.proposed_by) is None:
        return SealedLinkProblem.NO_KEY_OF_PROPOSER()
    return None


def _describe(request: ApprovalRequest) -> ActionDescription:
    title = queries.public_titles([UUID(request.subject)]).get(UUID(request.subject), "–")
    effect = gettext(
        "%(name)s and the officer who approves, together, learn who published this event anonymously."
    )
    return ActionDescription(
        effect % {"name": request.proposed_by_name},
        ((gettext("Event"), title), (gettext("UUID"), request.subject)),
        f"/event/{request.subject}/",
        (
            gettext("The author is told that the link was opened, and for which reason, but not by whom."),
            gettext("The other officers are told, and the opening stays in the audit log."),
        ),
    )


def _open(approval: Approval) -> SealOpening:
    request = approval.for_action(OPEN).request
    actor = cast(Actor, approval.actor)
    about = UUID(request.subject)
    link = queries.find_link(about)
    if not is_unaltered(link):
        raise Conflict(SealedLinkProblem.ALTERED())
    mine, theirs = key_of(link, actor.user_id), key_of(link, request.proposed_by)
    if mine is None or theirs is None or mine == theirs:
        raise Conflict(SealedLinkProblem.NO_KEY_IN_LINK())
    outer, inner = sorted((mine, theirs), key=lambda key: key.fingerprint)
    now = timezone.now()
    opening = SealOpening.objects.create(
        about=about,
        content_digest=content_digest(link),
        outer_key=outer,
        inner_key=inner,
        proposed_by_name=request.proposed_by_name,
        approved_by_name=actor.name,
        reason=request.reason,
        approved_at=now,
        ends_at=now + timedelta(hours=OPENING_HOURS.value),
    )
    change = {"opening": opening.pk, "proposed_by": request.proposed_by_name, "reason": request.reason}
    record(actor, SealedLinkAction.SEAL_OPENED, _target(about), change)
    mails.notify_of_opening(actor, opening)
    seal_opened.emit(SealOpened(about, request.reason))
    return opening


OPEN = ApprovalAction(
    name="open_sealed_link",
    title=_("Open a sealed link"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe,
    fingerprint=_link_now,
    conflict=_conflict,
    refused=_tell_of_refusal,
    execute=_open,
)
