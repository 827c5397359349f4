"""Setups for two-person actions on what officers review: members' statements and data, and the public page."""

from __future__ import annotations

from collections.abc import Callable

from tests.factories.memberships import at_the_screen, member
from tests.factories.two_person_setup import WHY, People, Setup
from vardkase.hub.membership.members import services as members
from vardkase.hub.membership.statements.models import Statement
from vardkase.hub.membership.statements.reviewing import propose_review
from vardkase.hub.membership.statements.services import submit_statement
from vardkase.hub.membership.themes import MEASURES
from vardkase.hub.public_pages.models import PassageVersion
from vardkase.hub.public_pages.services import change_passage
from vardkase.identity.organisations.models import Organisation


def _handed_in(people: People) -> Callable[[], object]:
    member(people.desk, people.seed.org_b, statement=False)
    submit_statement(at_the_screen(people.desk.admin), {f"{name}.level": "3" for name in MEASURES})
    return lambda: list(Statement.objects.order_by("pk").values_list("state", flat=True))


def _review(people: People, *, accept: bool) -> Setup:
    state, org = _handed_in(people), people.seed.org_b.pk
    word = "accept" if accept else "return"
    return people.by_officers(
        lambda who: propose_review(who, org, accept=accept, reason=WHY),
        state,
        page=(f"/members/{org}/statement/", {"decision": word, "reason": WHY}),
        api=(f"/securityStatements/review/{org}", {"accept": accept, "reason": WHY}),
    )


def accepting_statement(people: People) -> Setup:
    return _review(people, accept=True)


def returning_statement(people: People) -> Setup:
    return _review(people, accept=False)


def accepting_change(people: People) -> Setup:
    org = member(people.desk, people.seed.org_b).organisation_id
    members.propose_change(at_the_screen(people.desk.admin), {"name": "Organisation B of old"})
    return people.by_officers(
        lambda who: members.accept_change(who, org, WHY),
        lambda: Organisation.objects.get(pk=org).name,
        page=(f"/members/{org}/change/", {"decision": "accept", "reason": WHY}),
        api=(f"/memberships/decide/{org}", {"accept": True, "reason": WHY}),
    )


def public_text(people: People) -> Setup:
    words = {f"{name}_{language}": "Nytt" for name in ("title", "text") for language in ("sv", "en")}
    return people.by_officers(
        lambda who: change_passage(who, "foot", "operator", words, reason=WHY),
        PassageVersion.objects.count,
        page=("/administration/public-page/foot/operator/", words | {"number": "0", "reason": WHY}),
    )


REVIEWS: dict[str, Callable[[People], Setup]] = {
    "accept_member_change": accepting_change,
    "accept_statement": accepting_statement,
    "change_public_text": public_text,
    "return_statement": returning_statement,
}
