"""accessReviews/*: an organisation's administrators confirm its accounts. Not in MISP; the names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Mandatory, Text, Texts
from vardkase.api.inputs import Params
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access_reviews import services
from vardkase.identity.access_reviews.models import AccessReview
from vardkase.identity.access_reviews.queries import accounts_of, find_review, reviews_of
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.queries import find_organisation
from vardkase.misp.flags import as_int

ADMINISTRATOR = (Permission.ADMIN,)
SHOWN = 100
ABOUT_ANSWER = Description(
    "POST the accounts, by id, and the answer: confirmed or disabled. Without user_ids it is for all unanswered ones.",
    url="/accessReviews/answer/[review_id]",
)


class ReviewAnswer(Params, kw_only=True):
    answer: Mandatory[Text] = ""
    user_ids: Texts | None = None


@endpoint("accessReviews/index", requires=ADMINISTRATOR)
def index(call: Call, organisation_id: str = "") -> Json:
    """List the latest access reviews of the caller's organisation, or of the one in the path, newest first."""
    organisation = find_organisation(organisation_id or str(call.actor.organisation_id))
    return Json([_review(review) for review in reviews_of(call.actor, organisation.pk)[:SHOWN]])


@endpoint("accessReviews/view", requires=ADMINISTRATOR)
def view(call: Call, review_id: str) -> Json:
    """Return one access review with the accounts it covers."""
    review = find_review(call.actor, _number(review_id))
    accounts = [_account(user) for user in accounts_of(review)]
    return Json(_review(review) | {"User": accounts})


@endpoint("accessReviews/open", requires=ADMINISTRATOR, writes=True)
def open_one(call: Call, organisation_id: str = "") -> Json:
    """Start an access review before it is due."""
    organisation = find_organisation(organisation_id or str(call.actor.organisation_id))
    return Json(_review(services.open_review(call.actor, organisation)))


@endpoint("accessReviews/answer", requires=ADMINISTRATOR, writes=True, describes=ABOUT_ANSWER)
def answer(call: Call, review_id: str, *, params: ReviewAnswer) -> Json:
    review = find_review(call.actor, _number(review_id))
    chosen = None if params.user_ids is None else [_number(identifier) for identifier in params.user_ids]
    try:
        count = services.answer_for(call.actor, review, chosen, params.answer)
    except Invalid as error:
        url = f"/accessReviews/answer/{review.pk}"
        raise SaveFailed("answer AccessReview", url, error.errors) from error
    return Json({"answered": count})


def _account(user: User) -> dict[str, Any]:
    known = vars(user)
    return {
        "id": str(user.pk),
        "email": user.email,
        "role": user.role.name,
        "last_seen": known["last_seen"] and known["last_seen"].isoformat(),
        "keys": known["key_count"],
        "answer": known["answer"],
    }


def _review(review: AccessReview) -> dict[str, Any]:
    return {
        "AccessReview": {
            "id": str(review.pk),
            "org_id": str(review.org_id),
            "opened": review.opened.isoformat(),
            "due": review.due.isoformat(),
            "closed": review.closed and review.closed.isoformat(),
        }
    }


def _number(value: str) -> int:
    number = as_int(value)
    # A larger number exceeds a bigint; 0 is the id of nothing.
    return number if number is not None and 0 < number < 2**63 else 0
