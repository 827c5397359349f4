"""Mail about approval requests to approvers and the proposer. Details appear only on the page."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext, override

from vardkase.core.mail.services import Mail, queue_mail
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.registry import ApprovalAction
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users


def tell_approvers(action: ApprovalAction, request: ApprovalRequest) -> None:
    queue_mail([_asked(person, action, request) for person in _approvers(action, request)])


def tell_dropped(action: ApprovalAction, request: ApprovalRequest) -> None:
    """Mail the same people that it does not wait for them any more: who proposed it has declared to be partial."""
    queue_mail([_dropped(person, action, request) for person in _approvers(action, request)])


def tell_proposer(action: ApprovalAction, request: ApprovalRequest) -> None:
    queue_mail(
        [_answered(person, action, request) for person in active_users().filter(pk=request.proposed_by or 0)]
    )


def _approvers(action: ApprovalAction, request: ApprovalRequest) -> QuerySet[User]:
    duties = [party.value for party in action.approve]
    people = active_users().filter(staff_roles__overlap=duties)
    if Party.SITE_ADMIN in action.approve:
        people = people | active_users().filter(role__perm_site_admin=True)
    return people.exclude(pk=request.proposed_by or 0)


def _dropped(person: User, action: ApprovalAction, request: ApprovalRequest) -> Mail:
    with override(person.language or settings.LANGUAGE_CODE):
        facts = {"title": action.title, "name": request.proposed_by_name}
        subject = gettext("Does not wait any more: %(title)s") % facts
        text = gettext(
            "%(name)s had proposed: %(title)s, and has since declared a conflict of interest. The proposal does not "
            "count any more: somebody else has to make it. Read more here:"
        )
        return Mail(person.email, subject, f"{text % facts}\n\n{_link(request)}\n")


def _asked(person: User, action: ApprovalAction, request: ApprovalRequest) -> Mail:
    with override(person.language or settings.LANGUAGE_CODE):
        facts = {"title": action.title, "name": request.proposed_by_name}
        subject = gettext("Waiting for approval: %(title)s") % facts
        text = gettext(
            "%(name)s has proposed: %(title)s. A second person has to approve it. Read what will "
            "happen, and respond here:"
        )
        return Mail(person.email, subject, f"{text % facts}\n\n{_link(request)}\n")


def _answered(person: User, action: ApprovalAction, request: ApprovalRequest) -> Mail:
    with override(person.language or settings.LANGUAGE_CODE):
        state = RequestState(request.state).label
        facts = {"title": action.title, "name": request.answered_by_name, "state": state}
        subject = gettext("Answered: %(title)s") % facts
        text = gettext("%(name)s has answered your request “%(title)s”: %(state)s. Read more here:")
        return Mail(person.email, subject, f"{text % facts}\n\n{_link(request)}\n")


def _link(request: ApprovalRequest) -> str:
    return f"{settings.BASE_URL}/approval-requests/{request.pk}/"
