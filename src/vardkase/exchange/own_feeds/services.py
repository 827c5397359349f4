"""Services for own feeds: site administrators define their content and readers."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.fields import Readers, apply
from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import stored
from vardkase.core.query_expressions import first_or_not_found
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.field_parsers import filters
from vardkase.exchange.own_feeds.content import PUBLIC, FeedContent, chosen, reach_of
from vardkase.exchange.own_feeds.folders import folder_of, remove_folder
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.problems import OwnFeedProblem
from vardkase.exchange.own_feeds.writing import Exported, export_feed
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.connection_scope import ConnectionScope
from vardkase.identity.access.job_actors import reading_actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import find_group, find_organisation
from vardkase.misp.flags import as_bool, as_int

LONGEST_NAME = 60
LETTERS = string.ascii_letters + string.digits
TOKEN_LENGTH = 40
"""Characters of a token."""
ALL_COMMUNITIES = 3
"""The only distribution of events that an open feed may include."""


def own_feeds(actor: Actor) -> QuerySet[OwnFeed]:
    actor.require(Permission.SITE_ADMIN)
    return OwnFeed.objects.select_related("organisation").prefetch_related("sharing_groups").order_by("name")


def find_own_feed(actor: Actor, name: str) -> OwnFeed:
    return first_or_not_found(own_feeds(actor).filter(name=name), OwnFeedProblem.NOT_FOUND())


@transaction.atomic
def save_own_feed(actor: Actor, data: Mapping[str, Any], name: str = "") -> OwnFeed:
    """Add a feed from `data`, or change the one with this name; members left out keep their values.

    ``name, organisation_id, filters, distributions, sharing_groups, local_tags, enabled, open, members``. The
    files are written by the next refresh. If the contents change, existing files are removed at once, as
    their readers may not be allowed the new ones. Raises Invalid by field, NotFound, Forbidden.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    actor.require_content_access()
    feed = find_own_feed(actor, name) if name else OwnFeed(organisation_id=actor.organisation_id)
    before = (feed.organisation_id, content_of(feed)) if name else None
    apply(feed, data, READERS)
    if name and feed.name != name:
        raise Invalid({"name": [OwnFeedProblem.NAME_STAYS()]})
    if not feed.name or (not name and OwnFeed.objects.filter(name=feed.name).exists()):
        raise Invalid({"name": [OwnFeedProblem.NAME_TAKEN()]})
    groups = (
        [find_group(actor, str(group)).pk for group in data["sharing_groups"]]
        if "sharing_groups" in data
        else None
    )
    if "organisation_id" in data:
        feed.organisation = find_organisation(as_int(data["organisation_id"]) or 0)
    feed.save()
    if groups is not None:
        feed.sharing_groups.set(groups)
    _require_valid(feed)
    if before not in (None, (feed.organisation_id, content_of(feed))):
        # On commit: removed files do not come back when the transaction fails.
        # A removed folder cannot be rolled back.
        transaction.on_commit(lambda: remove_folder(name))
    record(actor, ExchangeAction.OWN_FEED_EDITED if name else ExchangeAction.OWN_FEED_ADDED, Target.of(feed))
    return feed


@transaction.atomic
def delete_own_feed(actor: Actor, name: str) -> None:
    actor.require_writing()
    feed = find_own_feed(actor, name)
    target = Target.of(feed)
    feed.delete()
    record(actor, ExchangeAction.OWN_FEED_DELETED, target)
    transaction.on_commit(lambda: remove_folder(name))


@transaction.atomic
def make_token(actor: Actor, name: str) -> str:
    """A new token for a feed, shown only once; the previous one becomes invalid. Raises NotFound, Forbidden."""
    actor.require_writing()
    actor.require_content_access()
    feed = find_own_feed(actor, name)
    token = "".join(secrets.choice(LETTERS) for _ in range(TOKEN_LENGTH))
    OwnFeed.objects.filter(pk=feed.pk).update(token_digest=_digest(token))
    record(actor, ExchangeAction.OWN_FEED_TOKEN_MADE, Target.of(feed))
    return token


@transaction.atomic
def remove_token(actor: Actor, name: str) -> None:
    actor.require_writing()
    feed = find_own_feed(actor, name)
    OwnFeed.objects.filter(pk=feed.pk).update(token_digest=None)
    record(actor, ExchangeAction.OWN_FEED_TOKEN_REMOVED, Target.of(feed))


def refresh(feed: OwnFeed, again: Collection[str] | None = None) -> Exported:
    """Write what is new in a feed (`writing.export_feed`) and record the outcome. Raises what that raises.

    A feed of a sharing group that its organisation can no longer read is emptied.
    """
    try:
        done = export_feed(reader_of(feed), folder_of(feed.name), content_of(feed), again)
    except Exception as fault:
        # The sharing group was not found: the files must not stay with readers who may not have them now.
        if isinstance(fault, NotFound):
            remove_folder(feed.name)
        OwnFeed.objects.filter(pk=feed.pk).update(written=timezone.now(), fault=stored(problem_of(fault)))
        raise
    OwnFeed.objects.filter(pk=feed.pk).update(written=timezone.now(), fault="", events=len(done.uuids))
    return done


def reader_of(feed: OwnFeed) -> Actor:
    return reading_actor(feed.organisation_id, f"feed {feed.name}")


def content_of(feed: OwnFeed) -> FeedContent:
    groups = tuple(str(pk) for pk in feed.sharing_groups.order_by("pk").values_list("pk", flat=True))
    return FeedContent(tuple(feed.distributions), groups, feed.filters, feed.local_tags)


def readable(name: str, actor: Actor | None, token: str) -> OwnFeed:
    """The feed with this name, for a member or the holder of its token. Raises NotFound, Forbidden.

    A member reads no more through a feed than directly: a feed with sharing groups requires membership of all
    of them, and accounts limited by a connection's rules may read none. A feed is paused while its
    organisation may not have it, without telling readers why. Those who may not read a feed do not learn that
    it exists.
    """
    feed = (
        OwnFeed.objects.select_related("organisation")
        .prefetch_related("sharing_groups")
        .filter(name=name, enabled=True)
        .first()
    )
    if feed is not None and (feed.open or _has_token(feed, token) or (actor and _may_read(actor, feed))):
        if not (feed.organisation.may_read and feed.organisation.may_sync):
            raise NotFound(OwnFeedProblem.PAUSED())
        return feed
    raise Forbidden(OwnFeedProblem.NOT_READABLE())


def _may_read(actor: Actor, feed: OwnFeed) -> bool:
    if actor.is_site_admin:
        return actor.may_read
    groups = {group.pk for group in feed.sharing_groups.all()}
    is_limited = actor.connection_scope not in (None, ConnectionScope())
    return feed.members and actor.may_read and not is_limited and groups <= set(actor.sharing_group_ids)


def _has_token(feed: OwnFeed, token: str) -> bool:
    # In constant time. Unsalted: a random token of 40 characters cannot be guessed from its digest.
    return bool(token and feed.token_digest) and hmac.compare_digest(
        _digest(token), bytes(feed.token_digest or b"")
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _require_valid(feed: OwnFeed) -> None:
    content, reader = content_of(feed), reader_of(feed)
    narrower = content.sharing_groups or set(content.distributions) - {ALL_COMMUNITIES}
    if feed.open and (narrower or feed.local_tags):
        raise Invalid({"open": [OwnFeedProblem.OPEN_TO_ALL()]})
    try:
        reach_of(reader, content)
    except NotFound as fault:
        raise Invalid({"sharing_groups": [OwnFeedProblem.NOT_IN_GROUP()]}) from fault
    chosen(reader, content)


def feed_name(value: Any) -> str:
    written = str(value or "").strip().lower()
    try:
        validate_slug(written)
    except ValidationError as fault:
        raise Invalid(OwnFeedProblem.BAD_NAME()) from fault
    if written == "new":  # The address of the page on which feeds are made.
        raise Invalid(OwnFeedProblem.NAME_RESERVED())
    if len(written) > LONGEST_NAME:
        raise Invalid(OwnFeedProblem.NAME_TOO_LONG())
    return written


def public_distributions(value: Any) -> list[int]:
    numbers = {as_int(number) for number in (value if isinstance(value, list) else [value])}
    if not numbers <= set(PUBLIC):
        raise Invalid(OwnFeedProblem.BAD_DISTRIBUTION())
    return sorted(number for number in numbers if number)


READERS: Readers = {
    "name": feed_name,
    "filters": filters,
    "distributions": public_distributions,
    **dict.fromkeys(("local_tags", "enabled", "open", "members"), as_bool),
}
