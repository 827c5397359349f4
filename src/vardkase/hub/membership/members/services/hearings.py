"""Hearing a member before a decision against it (25 § förvaltningslagen), and the lock on such decisions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.dateformat import format as formatted
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.case_files.hearings import services as hearings
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.case_files.hearings.queries import hearings_of, is_over, open_hearing_about
from vardkase.hub.case_files.hearings.services import Answer
from vardkase.hub.case_files.models import CaseDocument, Direction
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.services import MOST_BYTES, file_document
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.membership.applications.uploads import count_uploads
from vardkase.hub.membership.members import letter_content, mails
from vardkase.hub.membership.members.cases import case_for, open_case
from vardkase.hub.membership.members.models import Membership, MembershipState, RestrictionKind
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.queries import own_membership
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_member, require_officer
from vardkase.hub.membership.members.services.transitions import locked, reasons
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference

TERMINATED = "terminated"
CONDITIONS = "conditions"
INTENDED: dict[str, str | Promise] = {
    **dict(RestrictionKind.choices),
    CONDITIONS: _("Conditions for the membership"),
    TERMINATED: _("Termination of the membership"),
}
COVERED = {
    RestrictionKind.READ_ONLY.value: (RestrictionKind.READ_ONLY, RestrictionKind.SUSPENDED, TERMINATED),
    RestrictionKind.NO_SYNC.value: (RestrictionKind.NO_SYNC, RestrictionKind.SUSPENDED, TERMINATED),
    RestrictionKind.SUSPENDED.value: (RestrictionKind.SUSPENDED, TERMINATED),
    CONDITIONS: (CONDITIONS, RestrictionKind.SUSPENDED, TERMINATED),
    TERMINATED: (TERMINATED,),
}
"""By decision, the intended ones that a hearing was about for it to count: the same, or one that goes further."""


@transaction.atomic
def hear(
    actor: Actor,
    reference: Reference,
    intended: str,
    reason: str,
    *,
    answer_by: date | None = None,
    documents: Collection[int] = (),
    attachment: Answer | None = None,
) -> Hearing:
    """Send the member what a decision would rest on, and ask for its comments before `answer_by`.

    `documents` are numbers of documents of the open case that the member may read; `attachment` is filed as one more.
    Raises TransitionRefused, Invalid by field, NotFound, Forbidden, Conflict.
    """
    membership = locked(actor, reference)
    require_officer(actor, membership)
    if intended not in INTENDED:
        raise Invalid({"intended": [CommonProblem.NO_SUCH_CHOICE(choices=list(INTENDED))]})
    if membership.state == MembershipState.TERMINATED:
        raise TransitionRefused(MEMBERSHIP.refusal(membership.state, "terminate"))
    why, last = reasons(reason), hearings.checked_answer_by(answer_by)
    case_file = case_for(actor, membership)
    shown = list(case_file.documents.defer("content").filter(number__in=list(documents)).order_by("number"))
    if len(shown) != len(set(documents)):
        raise Invalid({"documents": [CaseFileProblem.NO_SUCH_DOCUMENT()]})
    if attachment and attachment.content:
        if len(attachment.content) > MOST_BYTES:
            raise Invalid({"file": [CaseFileProblem.FILE_TOO_LARGE(most=MOST_BYTES // (1024 * 1024))]})
        shown.append(
            file_document(
                actor,
                case_file,
                Direction.INTERNAL,
                attachment.file_name or gettext("Document"),
                content=attachment.content,
                media_type=attachment.media_type,
                file_name=attachment.file_name,
            )
        )
    letter, paper = letter_content.hearing(
        actor, membership, intended, why, last, [each.title for each in shown]
    )
    mails.write(actor, membership, "membership_hearing", paper, answer_by=last)
    return hearings.open_hearing(actor, case_file, letter, intended, last, shown)


def own_hearing(actor: Actor, pk: int) -> Hearing:
    """An open hearing of the actor's own organisation. Raises NotFound, and Forbidden unless they administer it."""
    membership = own_membership(actor)
    require_member(actor, membership)
    return first_or_not_found(_open(membership).filter(pk=pk), CaseFileProblem.NO_SUCH_HEARING())


def own_hearings(actor: Actor) -> list[Hearing]:
    return list(_open(own_membership(actor)))


def own_document(actor: Actor, pk: int, number: int) -> CaseDocument:
    """A document that was shown to the actor's organisation in a hearing. Raises NotFound, Forbidden."""
    documents = own_hearing(actor, pk).documents.select_related("letter", "case_file")
    return first_or_not_found(documents.filter(number=number), CaseFileProblem.NO_SUCH_DOCUMENT())


@transaction.atomic
def answer(actor: Actor, pk: int, given: Answer) -> Hearing:
    """The member's own comments. Raises NotFound, Forbidden, Conflict, Invalid by field."""
    hearing = own_hearing(actor, pk)
    count_uploads(f"organisation {actor.organisation_id}", len(given.content), "file")
    return hearings.answer(actor, hearing.pk, actor.name, replace(given, text=given.text.strip()))


def heard(membership: Membership, decision: str) -> Hearing:
    """The hearing that a decision rests on: a restriction by its kind, or TERMINATED.

    Raises Invalid under `hearing` if the member has not been asked, or its time to answer has not passed.
    """
    hearing = _about(membership, decision)
    if hearing is None:
        raise Invalid({"hearing": [MemberProblem.NOT_HEARD()]})
    if not is_over(hearing):
        day = formatted(hearing.answer_by, "j F Y")
        raise Invalid({"hearing": [MemberProblem.STILL_BEING_HEARD(day=day)]})
    return hearing


def conclude(membership: Membership, decision: str) -> None:
    """The decision has been made: the member's open hearing about it takes no more answers."""
    if hearing := _about(membership, decision):
        hearings.conclude(hearing)


def state_of_hearings(membership: Membership) -> list[list[str]]:
    """For the digest of a proposal: an answer that arrives before the approval makes it outdated."""
    case_file = open_case(membership)
    rows = hearings_of(case_file).filter(concluded_at=None) if case_file else ()
    return [[str(each.pk), str(len(each.answers.all()))] for each in rows]


def _about(membership: Membership, decision: str) -> Hearing | None:
    case_file = open_case(membership)
    return open_hearing_about(case_file, COVERED[decision]) if case_file else None


def _open(membership: Membership) -> QuerySet[Hearing]:
    case_file = open_case(membership)
    return hearings_of(case_file).filter(concluded_at=None) if case_file else Hearing.objects.none()
