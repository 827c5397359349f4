"""Services for one's own subscriptions: following, choosing how one is notified, and ending it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.subscriptions.models import LONGEST_VALUE, FollowedKind, Subscription
from vardkase.exchange.subscriptions.problems import SubscriptionProblem
from vardkase.exchange.subscriptions.queries import NAMES, find_subscription
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User

MOST_FOLLOWED = 200


@dataclass(frozen=True, slots=True)
class Channels:
    """How a person is notified: on the hub, by mail, and whether the mail is the summary of the day."""

    in_app: bool = True
    mail: bool = False
    daily: bool = False


@transaction.atomic
def follow(
    actor: Actor, kind: FollowedKind, thing: int | str, channels: Channels | None = None
) -> Subscription:
    """Follow a thing by its id, or a value; what is followed already keeps how it is notified unless `channels` say.

    Raises NotFound if there is no such thing for the actor, Invalid by field, Conflict if they follow too many, or
    Forbidden.
    """
    user_id = _person(actor)
    thing_id, value = _followed(actor, kind, thing)
    # Two at once would each see room for one more.
    User.objects.select_for_update().get(pk=user_id)
    own = Subscription.objects.filter(user_id=user_id)
    found = own.filter(kind=kind, thing_id=thing_id, value=value).first()
    if found is not None:
        return found if channels is None else _told_by(actor, found, channels)
    if own.count() >= MOST_FOLLOWED:
        raise Conflict(SubscriptionProblem.TOO_MANY(most=MOST_FOLLOWED))
    chosen = _checked(channels or Channels())
    made = Subscription.objects.create(
        user_id=user_id,
        kind=kind,
        thing_id=thing_id,
        value=value,
        in_app=chosen.in_app,
        mail=chosen.mail,
        daily=chosen.daily,
    )
    # Without its name: it reveals what somebody searches for.
    record(actor, ExchangeAction.SUBSCRIPTION_ADDED, Target("subscription", made.pk), {"kind": kind.value})
    return made


@transaction.atomic
def change_channels(actor: Actor, subscription_id: int, channels: Channels) -> Subscription:
    """Raises NotFound, Invalid, Forbidden."""
    _person(actor)
    return _told_by(actor, find_subscription(actor, subscription_id), channels)


@transaction.atomic
def unfollow(actor: Actor, subscription_id: int) -> Subscription:
    """Returns what it was. Raises NotFound, Forbidden."""
    _person(actor)
    found = find_subscription(actor, subscription_id)
    Subscription.objects.filter(pk=found.pk).delete()
    record(actor, ExchangeAction.SUBSCRIPTION_REMOVED, Target("subscription", found.pk))
    return found


def _told_by(actor: Actor, found: Subscription, channels: Channels) -> Subscription:
    chosen = _checked(channels)
    found.in_app, found.mail, found.daily = chosen.in_app, chosen.mail, chosen.daily
    found.save(update_fields=["in_app", "mail", "daily"])
    record(actor, ExchangeAction.SUBSCRIPTION_CHANGED, Target("subscription", found.pk))
    return found


def _checked(channels: Channels) -> Channels:
    if not channels.in_app and not channels.mail:
        raise Invalid({"channels": [SubscriptionProblem.NO_CHANNEL()]})
    return Channels(channels.in_app, channels.mail, channels.mail and channels.daily)


def _followed(actor: Actor, kind: FollowedKind, thing: int | str) -> tuple[int, str]:
    if kind is FollowedKind.VALUE:
        value = str(thing).strip().lower()
        if not value or "\0" in value:
            raise Invalid({"value": [SubscriptionProblem.NO_VALUE()]})
        if len(value) > LONGEST_VALUE:
            raise Invalid({"value": [SubscriptionProblem.TOO_LONG(most=LONGEST_VALUE)]})
        return 0, value
    thing_id = int(thing)
    if thing_id not in NAMES[kind](actor, [thing_id]):
        raise NotFound(SubscriptionProblem.NO_SUCH_THING())
    return thing_id, ""


def _person(actor: Actor) -> int:
    actor.require_own_affairs()
    actor.require_content_access()
    if actor.user_id is None or not actor.may_read:
        raise Forbidden
    return actor.user_id
