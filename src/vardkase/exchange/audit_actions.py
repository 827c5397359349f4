"""Actions on connections, feeds and streams, as the audit log records them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class ExchangeAction(AuditAction):
    EVENT_PUSHED_TO_KAFKA = "event.pushed_to_kafka", _("The event was sent to Kafka")
    EVENT_PUSHED_TO_ZEROMQ = "event.pushed_to_zeromq", _("The event was sent over ZeroMQ")
    FEED_ADDED = "feed.added", _("The feed was added")
    FEED_CACHED = "feed.cached", _("The feed was cached")
    FEED_DEFAULTS_LOADED = "feed.defaults_loaded", _("The known feeds were added")
    FEED_DELETED = "feed.deleted", _("The feed was deleted")
    FEED_DISABLED = "feed.disabled", _("The feed was disabled")
    FEED_EDITED = "feed.edited", _("The feed was changed")
    FEED_ENABLED = "feed.enabled", _("The feed was enabled")
    FEED_FETCHED = "feed.fetched", _("The feed was fetched")
    OWN_FEED_ADDED = "own_feed.added", _("One of our feeds was added")
    OWN_FEED_DELETED = "own_feed.deleted", _("One of our feeds was deleted")
    OWN_FEED_EDITED = "own_feed.edited", _("One of our feeds was changed")
    OWN_FEED_REFRESHED = "own_feed.refreshed", _("A refresh of one of our feeds was ordered")
    OWN_FEED_TOKEN_MADE = "own_feed.token_made", _("A token for one of our feeds was created")
    OWN_FEED_TOKEN_REMOVED = "own_feed.token_removed", _("The token of an own feed was removed")
    QUESTION_CLOSED = "question.closed", _("The question was marked as answered")
    QUESTION_REOPENED = "question.reopened", _("The question was opened again")
    SUBSCRIPTION_ADDED = "subscription.added", _("A subscription was added")
    SUBSCRIPTION_CHANGED = "subscription.changed", _("A subscription was changed")
    SUBSCRIPTION_REMOVED = "subscription.removed", _("A subscription was removed")
    SERVER_ADDED = "server.added", _("The connection was added")
    SERVER_CACHED = "server.cached", _("The hashes of another hub’s values were fetched")
    SERVER_CONFIRMED = "server.confirmed", _("The owner of a connection was confirmed")
    SERVER_DELETED = "server.deleted", _("The connection was deleted")
    SERVER_EDITED = "server.edited", _("The connection was changed")
    SERVER_EVENT_DISMISSED = (
        "server.event_dismissed",
        _("An event that a connection could not store was dismissed"),
    )
    SERVER_KEY_RENEWED = "server.key_renewed", _("The other instance gave the connection a new key")
    SERVER_ORDERED = "server.ordered", _("The order of the connections was changed")
    SERVER_PULLED = "server.pulled", _("Events were fetched over the connection")
    SERVER_PUSHED = "server.pushed", _("Events were sent over the connection")
    SERVER_RUN_CANCELLED = "server.run_cancelled", _("A run of the connection was cancelled")
    STREAM_ADDED = "stream.added", _("The stream was added")
    STREAM_DELETED = "stream.deleted", _("The stream was deleted")
    STREAM_EDITED = "stream.edited", _("The stream was changed")
    STREAM_PAUSED = "stream.paused", _("The stream was paused")
    STREAM_REPLAYED = "stream.replayed", _("Messages of the stream were replayed")
    STREAM_RESUMED = "stream.resumed", _("The stream was resumed")
    STREAM_SECRET_RENEWED = "stream.secret_renewed", _("The stream was given a new secret")
    STREAM_SKIPPED = "stream.skipped", _("Messages of the stream were skipped")
    TAXII_COLLECTION_ADDED = "taxii_collection.added", _("The TAXII collection was added")
    TAXII_COLLECTION_DELETED = "taxii_collection.deleted", _("The TAXII collection was removed")
    TAXII_COLLECTION_EDITED = "taxii_collection.edited", _("The TAXII collection was changed")
    TAXII_COLLECTION_RECEIVED = (
        "taxii_collection.received",
        _("Objects were written into the TAXII collection"),
    )
    TAXII_SERVER_ADDED = "taxii_server.added", _("The TAXII server was added")
    TAXII_SERVER_DELETED = "taxii_server.deleted", _("The TAXII server was removed")
    TAXII_SERVER_EDITED = "taxii_server.edited", _("The TAXII server was changed")
    TAXII_SERVER_POLLED = "taxii_server.polled", _("Objects were fetched from the TAXII server")
    TAXII_SERVER_PUSHED = "taxii_server.pushed", _("Objects were sent to the TAXII server")
