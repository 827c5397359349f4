"""The home page after sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.search.event_list import EventFilters
from vardkase.analysis.search.since import VISIT, moment_named
from vardkase.core.clock import now_seconds
from vardkase.exchange.questions.queries import count_open as count_open_questions
from vardkase.formats.misp_json.changing_list import changing_listed
from vardkase.hub.dashboards.layout import own_layout
from vardkase.hub.membership.members.queries import who_takes_part
from vardkase.hub.membership.members.rules import WHO_TAKES_PART
from vardkase.hub.membership.overview.own_tasks import own_tasks
from vardkase.hub.open_tasks.registry import OpenTask, open_tasks
from vardkase.hub.policy.approvals.queries import approvals, waiting_for
from vardkase.hub.policy.models import ApprovalDecision
from vardkase.hub.profiles import EVERY
from vardkase.hub.public_records.cases.own_consultations import waiting_for_us as consultations_to_answer
from vardkase.hub.public_records.cases.queries import waiting_for as requests_to_answer
from vardkase.hub.retention.own_items import new_runs as retention_of_ours
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.queries import own_keys_ending
from vardkase.intel.analyst_data.threads import ThreadFilter, count_threads
from vardkase.intel.event_delegations.queries import PENDING, delegations
from vardkase.intel.proposals.queries import count_open
from vardkase.intel.publication_requests.queries import publication_requests
from vardkase.intel.queries import home_page as queries
from vardkase.web.home.arrivals import Arrival
from vardkase.web.hub.dashboards.presenters import title_of
from vardkase.web.hub.guide.tour import offers_tour
from vardkase.web.hub.public_pages import front
from vardkase.web.intel.events.last_version import changing_rows
from vardkase.web.intel.events.since import NAMES
from vardkase.web.ui.pages import PageRequest, page

PROFILES = EVERY

DAYS = 30
SHOWN = 8
CREATORS_SHOWN = 6
SOON = DAYS * 24 * 60 * 60


@page(visitors=front.for_visitors)
def home(request: PageRequest) -> HttpResponse:
    asked = request.GET.get("since", VISIT)
    since = moment_named(request.actor, asked)
    if since is None:
        asked = VISIT
        since = moment_named(request.actor, VISIT) or timezone.now()
    days = queries.events_by_day(request.actor, DAYS)
    context: dict[str, Any] = {
        "today": timezone.localdate(),
        "todo": _todo(request.actor, since),
        "since": since,
        "asked": asked,
        "moments": [
            {"label": label, "url": f"?since={name}#h-new", "current": name == asked}
            for name, label in NAMES.items()
        ],
        "all_query": urlencode({"arrived" if asked in NAMES else "arrived_from": asked}),
        "days": days,
        "total": sum(count for _day, count in days),
        "creators": queries.busiest_creators(request.actor, DAYS, CREATORS_SHOWN),
        "who_takes_part": str(WHO_TAKES_PART[who_takes_part()])
        if request.actor.staff or request.actor.is_site_admin
        else "",
        "offers_tour": offers_tour(request.actor),
        "widgets": [(each, title_of(each)) for each in own_layout(request.actor).placed],
        **_news(request.actor, since),
    }
    return render(request, "home/home.html", context)


def _todo(actor: Actor, since: datetime) -> dict[str, Any]:
    waiting = queries.own_waiting(actor)
    keys = own_keys_ending(actor, SOON) if actor.may(Permission.AUTH) else []
    tasks = open_tasks(actor) + own_tasks(actor)
    if not actor.staff and (asked_for := requests_to_answer(actor)):
        tasks.append(OpenTask(_("Public records requests to answer"), asked_for, "records_cases"))
    if consulted := consultations_to_answer(actor):
        tasks.append(OpenTask(_("Consultations to answer"), consulted, "own_consultations"))
    if disposed := retention_of_ours(actor):
        tasks.append(OpenTask(_("Disposals of our personal data"), disposed, "own_retention"))
    if to_answer := len(waiting_for(actor)):
        tasks.append(OpenTask(_("Publications waiting for your approval"), to_answer, "approvals"))
    if to_decide := count_open(actor, creator_id=actor.organisation_id) if actor.may(Permission.ADD) else 0:
        tasks.append(OpenTask(_("Proposals on our events"), to_decide, "proposals"))
    if noted := count_threads(actor, ThreadFilter(concerns=actor.organisation_id, since=since)):
        tasks.append(OpenTask(_("New notes on our events"), noted, "notes"))
    if to_take_over := delegations(actor, PENDING).count() if actor.may(Permission.ADD) else 0:
        tasks.append(OpenTask(_("Events you have been asked to take over"), to_take_over, "delegations"))
    if to_publish := publication_requests(actor).count() if actor.may(Permission.PUBLISH) else 0:
        tasks.append(OpenTask(_("Requests to publish"), to_publish, "publication_requests"))
    if asked := count_open_questions(actor) if actor.may(Permission.ADD) else 0:
        tasks.append(OpenTask(_("Questions from readers"), asked, "questions"))
    left = [max(1, (key.expiration - now_seconds()) // 86400) for key in keys]
    drafts_waiting = approvals(actor).filter(state=ApprovalDecision.WAITING).count() if waiting.drafts else 0
    requested = (
        publication_requests(actor).filter(event__publish_timestamp=0).count() if waiting.drafts else 0
    )
    return {
        "asked": drafts_waiting,
        "requested": requested,
        "drafts": waiting.drafts,
        "changed": waiting.changed,
        "oldest": waiting.oldest,
        "keys": list(zip(keys, left, strict=True)),
        "tasks": tasks,
        "count": bool(waiting.drafts) + bool(waiting.changed) + len(keys) + len(tasks),
    }


def _news(actor: Actor, since: datetime) -> dict[str, Any]:
    start = int(since.timestamp())
    news = queries.news_since(actor, start, SHOWN)
    rows = news.rows
    changing = changing_listed(actor, EventFilters(arrived=start))
    if not news.count and not changing:  # Nothing new: the latest there is.
        rows = queries.news_since(actor, 0, SHOWN).rows
        latest = changing_listed(actor, EventFilters())
    else:
        latest = changing
    events = [Arrival.of_event(actor, row) for row in rows]
    events += [Arrival.of_version(row) for row in changing_rows(latest[:SHOWN])]
    events.sort(key=lambda each: each.arrived, reverse=True)
    return {
        "events": events[:SHOWN],
        "new": news.count + len(changing),
        "more": news.count >= queries.MOST,
    }
