"""Feeds, switched off. They need the tags, tag collections and sharing groups that they put on events."""

from __future__ import annotations

from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor
from vardkase.exchange.feeds.models import HEADERS, Feed, InputSource, SourceFormat
from vardkase.exchange.feeds.services import feed_rules, list_settings
from vardkase.hub.move_in.surroundings.differing import write_differing
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved

STAGED = """
SELECT m.id, m.name, m.provider, m.url, m.rules, m.enabled = 1, m.distribution, g.id, t.id, m."default" = 1,
    m.source_format, m.fixed_event = 1, m.delta_merge = 1, m.event_id, m.publish = 1, m.override_ids = 1, m.settings,
    m.input_source, m.delete_local_file = 1, m.lookup_visible = 1, m.headers, m.caching_enabled = 1,
    m.force_to_ids = 1, o.id, c.id
FROM move_in.feeds m
LEFT JOIN sharing_group g ON g.id = m.sharing_group_id
LEFT JOIN tag t ON t.id = m.tag_id
LEFT JOIN organisation o ON o.id = m.orgc_id
LEFT JOIN tag_collection c ON c.id = m.tag_collection_id
ORDER BY m.id
"""
UPDATED = (
    "name",
    "provider",
    "url",
    "rules",
    "distribution",
    "sharing_group",
    "tag",
    "default",
    "source_format",
    "fixed_event",
    "delta_merge",
    "event_id",
    "publish",
    "override_ids",
    "settings",
    "input_source",
    "delete_local_file",
    "lookup_visible",
    "encrypted_headers",
    "force_to_ids",
    "orgc",
    "tag_collection",
)


def take_feeds(taking: Taking) -> None:
    known = set(Feed.objects.values_list("pk", flat=True))
    taken = []
    for row in cursor().execute(STAGED).fetchall():
        (
            number,
            name,
            provider,
            url,
            rules,
            enabled,
            distribution,
            group,
            tag,
            default,
            form,
            fixed,
            delta,
            event,
            publish,
            override,
            settings,
            source,
            deletes,
            visible,
            headers,
            caching,
            to_ids,
            orgc,
            collection,
        ) = row
        if form not in SourceFormat.values or source not in InputSource.values:
            taking.leave_out("feeds", [name], f"This hub reads no feeds of this kind: {form}, {source}.")
            continue
        taken.append(
            Feed(
                id=number,
                name=name,
                provider=provider,
                url=url,
                rules=_rules(taking, name, rules),
                distribution=distribution,
                sharing_group_id=group,
                tag_id=tag,
                default=bool(default),
                source_format=form,
                fixed_event=bool(fixed),
                delta_merge=bool(delta),
                event_id=event,
                publish=bool(publish),
                override_ids=bool(override),
                force_to_ids=bool(to_ids),
                settings=_settings(taking, name, settings),
                lookup_visible=bool(visible),
                encrypted_headers=HEADERS.encrypt((headers or "").strip()),
                orgc_id=orgc,
                input_source=source,
                delete_local_file=bool(deletes),
                tag_collection_id=collection,
            )
        )
        was = {flag: True for flag, on in (("enabled", enabled), ("caching_enabled", caching)) if on}
        if was and number not in known:
            taking.remember("feed", number, name, was)
    taking.count("feeds", write_differing(Feed.objects.all(), taken, UPDATED, {"encrypted_headers": HEADERS}))
    ids_reserved("feed")


def _rules(taking: Taking, name: str, given: str | None) -> dict[str, Any] | None:
    try:
        return feed_rules(given) if given else None
    except Invalid as error:
        taking.leave_out("rules of feeds", [name], f"They cannot be read: {error}")
        return None


def _settings(taking: Taking, name: str, given: str | None) -> dict[str, Any]:
    try:
        return list_settings(given or "{}")
    except Invalid as error:
        taking.leave_out("settings of feeds", [name], f"They cannot be read: {error}")
        return {}


STEP = Step("feeds", ("feeds",), take_feeds)
