"""External feeds: list, fetch and cache status, contents."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import NotFound
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.feeds import fetching, queries, reading, run_records, services, tasks
from vardkase.exchange.feeds.models import FeedAction, FeedRunState, SourceFormat
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import titles_by_uuid
from vardkase.knowledge.cached_sources.kinds import FEED
from vardkase.knowledge.cached_sources.queries import cached_sources, coverage, overlaps
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

PREVIEWED = 50
LAST_START = 100_000


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    state, q = request.GET.get("state", ""), searched(request)
    listing = listed(request, queries.matching(request.actor, q, state), {"name", "provider"}, "name")
    latest = run_records.latest_runs(request.actor, listing["rows"])
    sizes = {source.number: source.size for source in cached_sources(request.actor, [FEED]).values()}
    rows = [
        (
            feed,
            latest.get((feed.pk, FeedAction.FETCH)),
            latest.get((feed.pk, FeedAction.CACHE)),
            sizes.get(feed.pk, 0),
        )
        for feed in listing["rows"]
    ]
    context = {
        **listing,
        "shown": rows,
        "q": q,
        "state": state,
        "states": [("", gettext("All")), ("on", gettext("On")), ("cached", gettext("Cached"))],
        "tabs": tabs("feeds"),
    }
    return render(request, "feeds/index.html", context)


@page(Permission.SITE_ADMIN)
def view(request: PageRequest, pk: int) -> HttpResponse:
    feed = queries.find_feed(request.actor, pk)
    every = run_records.runs_of(request.actor, feed.pk)
    cached = next(
        (source for source in cached_sources(request.actor, [FEED]).values() if source.number == pk), None
    )
    context = {
        "feed": feed,
        "running": every.filter(state=FeedRunState.RUNNING).order_by("-pk"),
        "is_ordered": run_records.is_ordered(request.actor, feed.pk),
        "cached": cached,
        "cached_at": moment(cached.cached) if cached else None,
        "coverage": coverage(FEED, pk) if cached else 0,
        "is_misp": feed.source_format == SourceFormat.MISP,
        **listed(request, every, {"pk"}, "-pk"),
    }
    return render(request, "feeds/feed.html", context)


@page(Permission.SITE_ADMIN)
def preview(request: PageRequest, pk: int) -> HttpResponse:
    feed = queries.find_opened_feed(request.actor, pk)
    text = request.GET.get("start", "")
    start = min(int(text), LAST_START) if text.isdecimal() and len(text) < 7 else 0
    context: dict[str, Any] = {"feed": feed, "is_misp": feed.source_format == SourceFormat.MISP}
    try:
        read = reading.manifest if feed.source_format == SourceFormat.MISP else reading.values
        contents: Iterable[Any] = read(feed, reading.GLANCE)
        # One more than is shown: is there a next page?.
        rows = list(islice(contents, start, start + PREVIEWED + 1))
    except OutgoingFailed as failed:
        return render(request, "feeds/preview.html", {**context, "fault": str(failed)})
    shown = rows[:PREVIEWED]
    stored = titles_by_uuid(request.actor, [row.uuid for row in shown]) if context["is_misp"] else {}
    context |= {
        "rows": [(row, stored.get(getattr(row, "uuid", ""))) for row in shown],
        "newer": with_query(request, start=str(max(0, start - PREVIEWED))) if start else "",
        "older": with_query(request, start=str(start + PREVIEWED)) if len(rows) > PREVIEWED else "",
    }
    return render(request, "feeds/preview.html", context)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def take(request: PageRequest, pk: int) -> HttpResponse:
    feed = queries.find_feed(request.actor, pk)
    try:
        fetched = fetching.fetch_event(request.actor, feed, posted.text(request, "event"))
    except (OutgoingFailed, NotFound) as failed:
        messages.error(request, str(failed))
    else:
        if fetched.failed:
            messages.error(
                request, gettext("The event was not imported: it belongs to a member, or cannot be read.")
            )
        else:
            messages.success(request, gettext("The event is now on this hub."))
    return redirect("feed_preview", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def fetch(request: PageRequest, pk: int) -> HttpResponse:
    feed = queries.find_feed(request.actor, pk)
    if feed.enabled:
        tasks.order_fetch(request.actor, [feed.pk])
        messages.success(request, gettext("Fetching will start in a moment. Progress is shown on this page."))
    else:
        messages.error(request, gettext("The feed is disabled. Enable it first."))
    return redirect("feed", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def cache(request: PageRequest, pk: int) -> HttpResponse:
    tasks.order_cache(request.actor, [queries.find_feed(request.actor, pk).pk])
    messages.success(request, gettext("Caching will start in a moment. Progress is shown on this page."))
    return redirect("feed", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def switch(request: PageRequest, pk: int) -> HttpResponse:
    on = posted.flag(request, "on")
    services.toggle_feeds(request.actor, [pk], enabled=on)
    messages.success(
        request, gettext("The feed has been enabled.") if on else gettext("The feed has been disabled.")
    )
    return redirect("feed", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def load_known(request: PageRequest) -> HttpResponse:
    added = services.load_default_feeds(request.actor)
    message = ngettext(
        "%(n)s feed was added. It is disabled until you enable it.",
        "%(n)s feeds were added. They are disabled until you enable them.",
        added,
    )
    messages.success(
        request,
        message % {"n": thin(added)} if added else gettext("All known feeds have already been added."),
    )
    return redirect("feeds")


@page(Permission.SITE_ADMIN)
def overlap(request: PageRequest) -> HttpResponse:
    caches = overlaps(request.actor)
    places = {(source.kind, source.number): place for place, (source, _) in enumerate(caches, 1)}
    rows = [
        {
            "place": place,
            "source": source,
            "cached": moment(source.cached),
            # A row of the matrix, None on its diagonal.
            "cells": [None if column == place else shares[column] for column in range(1, len(caches) + 1)],
        }
        for place, (source, others) in enumerate(caches, 1)
        for shares in [{places[share.other.kind, share.other.number]: share for share in others}]
    ]
    context = {"rows": rows, "places": range(1, len(caches) + 1), "tabs": tabs("feeds_overlap")}
    return render(request, "feeds/overlap.html", context)


def tabs(current: str) -> list[dict[str, Any]]:
    pages = (
        ("feeds", gettext("External feeds")),
        ("feeds_overlap", gettext("Overlap")),
        ("own_feeds", gettext("Our own feeds")),
    )
    return [{"label": label, "url": reverse(name), "current": name == current} for name, label in pages]
