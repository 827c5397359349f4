"""subscriptions/*: what the caller follows. Not in MISP; the names are ours."""

from __future__ import annotations

from typing import Annotated, Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import ANYTHING, WORDS, Choice, Mandatory
from vardkase.api.inputs import Body
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.exchange.subscriptions import services
from vardkase.exchange.subscriptions.models import FollowedKind, Subscription
from vardkase.exchange.subscriptions.problems import SubscriptionProblem
from vardkase.exchange.subscriptions.queries import described, find_subscription, subscriptions
from vardkase.exchange.subscriptions.services import MOST_FOLLOWED, Channels
from vardkase.hub.profiles import EVERY
from vardkase.misp.flags import is_id

PROFILES = EVERY

KINDS = ", ".join(FollowedKind.values)
Kind = Annotated[Any, WORDS.described(f"One of {KINDS}")]
Thing = Annotated[
    Any, ANYTHING.described("The id of what is followed; with the kind value, the value itself")
]


class ChannelsBody(Body, kw_only=True):
    """How one is notified; what is not sent stays as it is."""

    model = "Subscription"

    in_app: Choice = True
    mail: Choice = False
    daily: Choice = False


class Followed(ChannelsBody, kw_only=True):
    kind: Mandatory[Kind] = None
    thing: Mandatory[Thing] = None


@endpoint("subscriptions/index")
def index(call: Call, *, params: Paging) -> Json:
    """List what the caller follows, newest first. What the caller may no longer read has no name."""
    limit, offset = params.limit_and_offset(MOST_FOLLOWED)
    return Json(_dicts(call, list(subscriptions(call.actor).order_by("-pk")[offset : offset + limit])))


@endpoint(
    "subscriptions/follow",
    writes=True,
    describes=Description(
        f"`kind` is one of {KINDS}. `in_app`: notified on the hub; `mail`: by mail, with `daily` in the summary of the "
        "day. Without these, what is followed already keeps how it is notified."
    ),
)
def follow(call: Call, *, body: Followed) -> Json:
    """Follow a tag, an organisation, a value, an event, a galaxy cluster or a saved search."""
    kind = str(body.kind)
    if kind not in FollowedKind.values:
        raise MispError(400, f"kind must be one of {KINDS}.")
    thing = str(body.thing if body.thing is not None else "")
    if kind != FollowedKind.VALUE and not is_id(thing):
        raise MispError(404, SubscriptionProblem.NO_SUCH_THING().wire)
    channels = _channels(body, Channels()) if body.sent.keys() & {"in_app", "mail", "daily"} else None
    made = services.follow(call.actor, FollowedKind(kind), thing, channels)
    return Json(_dicts(call, [made])[0])


@endpoint(
    "subscriptions/edit", writes=True, describes=Description(url="/subscriptions/edit/[subscription_id]")
)
def edit(call: Call, subscription_id: str, *, body: ChannelsBody) -> Json:
    """Change how the caller is notified of what is followed."""
    found = find_subscription(call.actor, _id(subscription_id))
    stored = Channels(found.in_app, found.mail, found.daily)
    changed = services.change_channels(call.actor, found.pk, _channels(body, stored))
    return Json(_dicts(call, [changed])[0])


@endpoint("subscriptions/unfollow", writes=True)
def unfollow(call: Call, subscription_id: str) -> Saved:
    """End a subscription."""
    services.unfollow(call.actor, _id(subscription_id))
    return saved("No longer followed.", f"/subscriptions/unfollow/{subscription_id}", id=subscription_id)


def _channels(body: ChannelsBody, otherwise: Channels) -> Channels:
    return Channels(
        *(getattr(body if name in body.sent else otherwise, name) for name in ("in_app", "mail", "daily"))
    )


def _id(given: str) -> int:
    if not is_id(given):
        raise MispError(404, SubscriptionProblem.NOT_FOUND().wire)
    return int(given)


def _dicts(call: Call, rows: list[Subscription]) -> list[dict[str, Any]]:
    return [
        {
            "Subscription": {
                "id": str(line.id),
                "kind": line.kind.value,
                "thing_id": str(line.thing_id) if line.thing_id else None,
                "name": line.name or None,
                "in_app": line.in_app,
                "mail": line.mail,
                "daily": line.daily,
                "created": line.created_at.isoformat(),
            }
        }
        for line in described(call.actor, rows)
    ]
