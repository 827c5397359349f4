"""Common parts of approval requests about an account."""

from __future__ import annotations

from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.persons import addresses_of, are_one_person
from vardkase.identity.accounts.four_eyes.problems import FourEyesProblem
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.services.users import locked
from vardkase.identity.organisations.acting import Acting


def account_of(request: ApprovalRequest) -> User:
    user = first_or_not_found(User.objects.filter(pk=int(request.subject)), AccountProblem.NOT_FOUND())
    return locked(user)


def is_about(actor: Acting, request: ApprovalRequest) -> Problem | None:
    if actor.user_id is None:
        return None
    own = addresses_of(actor.user_id, actor.name)
    theirs = addresses_of(int(request.subject), request.title)
    if str(actor.user_id) == request.subject or are_one_person(own, theirs):
        return FourEyesProblem.CONCERNS_YOU()
    return None
