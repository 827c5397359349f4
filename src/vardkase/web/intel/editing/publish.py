"""Publishing: a preview of the audience and changes, then confirmation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.mail.services import can_send
from vardkase.formats.misp_json.comparison import compare_with_published
from vardkase.hub.guard.preview import by_severity
from vardkase.hub.policy.approvals.queries import waiting_of_event
from vardkase.hub.policy.errors import PolicyForbids
from vardkase.hub.policy.policy_preview import preview_policy
from vardkase.hub.policy.wording import because, title_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import hides_unpublished, sees_every_organisation
from vardkase.intel import rules
from vardkase.intel.columns import EventRow
from vardkase.intel.errors import (
    ChangedMeanwhile,
    ConfirmationNeeded,
    PublicationStopped,
    PublisherIsCreator,
    TaxonomiesMissing,
)
from vardkase.intel.personal_data.details import MarkedDetail, first_details
from vardkase.intel.personal_data.queries import MarkedKind, marked_kinds
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.noticed_attributes import noticed_attributes
from vardkase.intel.queries.publication_checks import publication_checks
from vardkase.intel.queries.receivers import Receiver, receivers, withheld_parts
from vardkase.intel.queries.versions import keepers
from vardkase.intel.services.optimistic_edit import publish_as_seen
from vardkase.intel.services.publish import unpublish_event
from vardkase.knowledge.noticelists.notices import notices, notices_about_distribution
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_int
from vardkase.web.intel.editing.common import group_options, reach_context
from vardkase.web.knowledge.noticelists.template_tags import current_language
from vardkase.web.ui.chips import GROUP
from vardkase.web.ui.display import thin
from vardkase.web.ui.document_changes import worded
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.reach import ReachForm
from vardkase.web.ui.mail_messages import say_received
from vardkase.web.ui.navigation import address_of
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_link

SECTORS = 3
"""Sectors drawn by themselves; the rest are one."""

BAR = 640
"""Width of the drawing in its own units."""


@page(Permission.PUBLISH, writes=True)
def publish(request: PageRequest, reference: str) -> HttpResponse:
    """Show the review (GET, with `distribution` for another level), or publish what was reviewed (POST)."""
    event = _publishable(request.actor, reference)
    sent = posted.fields(request) if request.method == "POST" else request.GET
    data = {
        "distribution": sent.get("distribution", event.distribution),
        "sharing_group_id": sent.get("sharing_group_id", event.sharing_group_id or ""),
    }
    form = ReachForm(data, **group_options(request.actor))
    if request.method == "POST" and form.is_valid():
        refused = _publish(request, event, form)
        if refused is None:
            return _after(request, event, form)
        messages.error(request, refused)
        # Read again: what was refused may be that somebody has changed it.
        event = _publishable(request.actor, reference)
    return render(request, "editing/publish.html", _look(request, event, form))


@page(Permission.PUBLISH, writes=True)
def unpublish(request: PageRequest, reference: str) -> HttpResponse:
    event = _publishable(request.actor, reference)
    if not event.published:
        messages.info(request, gettext("The event is not published."))
        return redirect("event", event.id)
    if request.method != "POST":
        context = {
            "heading": gettext("Unpublish"),
            "event": event,
            "count": len(receivers(event.distribution, event.sharing_group_id, event.org_id)),
            "stays_open": _is_open(event),
            "keepers": keepers(request.actor, event, Distribution.ORGANISATION, None),
        }
        return render(request, "editing/unpublish.html", context)
    unpublish_event(request.actor, event.id)
    say_with_link(
        request,
        gettext("Event unpublished."),
        gettext("Publish again"),
        reverse("event_publish", args=[event.id]),
    )
    return redirect("event", event.id)


def _is_open(event: EventRow) -> bool:
    """Whether organisations within its distribution read it on the hub while it is unpublished."""
    return rules.is_open_unpublished(event.distribution) and not hides_unpublished(event.org_id)


def _publishable(actor: Actor, reference: str) -> EventRow:
    event = find_event(actor, reference)
    if not rules.may_publish_event(actor, event):
        raise Forbidden
    return event


def _publish(request: PageRequest, event: EventRow, form: ReachForm) -> str | None:
    reach = form.reach()
    try:
        seen = as_int(posted.text(request, "seen")) or 0
        publish_as_seen(
            request.actor,
            event.id,
            seen,
            reach["distribution"],
            reach["sharing_group_id"] or None,
            notify=posted.flag(request, "notify"),
            confirmed=posted.flag(request, "confirm_tlp"),
        )
    except ChangedMeanwhile:
        return gettext(
            "The event has changed since you opened this page. Nothing has been published. Review it again."
        )
    except PolicyForbids as refused:
        return str(refused)
    except PublicationStopped:
        return gettext("The event was not published. See the checks below.")
    except ConfirmationNeeded:
        return gettext(
            "The TLP label does not allow sharing this widely. Confirm that this is intended, or choose "
            "another distribution."
        )
    except PublisherIsCreator:
        return gettext("You created the event, and on this hub someone else must publish it.")
    except TaxonomiesMissing as missing:
        names = ", ".join(missing.namespaces)
        return gettext("The event is missing tags that this hub requires: %(names)s") % {"names": names}
    except Invalid:
        return gettext("Choose a sharing group that your organisation is in.")
    return None


def _after(request: PageRequest, event: EventRow, form: ReachForm) -> HttpResponse:
    if waiting := waiting_of_event(request.actor, event.id):
        say_received(
            request,
            gettext("The event is awaiting approval."),
            gettext("Approvers are notified by e-mail."),
            gettext("Tell the approvers yourself: the hub sends no e-mail at present."),
        )
        return redirect("approval", waiting.pk)
    reach = form.reach()
    count = len(receivers(reach["distribution"], reach["sharing_group_id"], event.org_id))
    message = gettext("The event has been published.")
    if count:
        message = ngettext("Published to %(n)s organisation.", "Published to %(n)s organisations.", count)
        message %= {"n": thin(count)}
    say_with_link(request, message, gettext("Unpublish"), reverse("event_unpublish", args=[event.id]))
    return redirect("event", event.id)


def _by_list(*said: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Notices by the name of their list, as its one heading."""
    lists: dict[str, list[dict[str, Any]]] = {}
    for each in said:
        lists.setdefault(each["notice"].list_name, []).append(each)
    return lists


def _look(request: PageRequest, event: EventRow, form: ReachForm) -> dict[str, Any]:
    chosen = form.reach() if form.is_valid() else None
    changes = compare_with_published(request.actor, event)
    reach = chosen or {"distribution": event.distribution, "sharing_group_id": event.sharing_group_id}
    said = notices(current_language())
    readers = receivers(chosen["distribution"], chosen["sharing_group_id"], event.org_id) if chosen else []
    policy = _policy(event, chosen)
    guard = by_severity(event.id, reach["distribution"], reach["sharing_group_id"])
    return {
        "heading": gettext("Publish"),
        "event": event,
        "chosen": chosen,
        "is_group": chosen is not None and chosen["distribution"] == GROUP,
        "receivers": readers,
        "keepers": keepers(request.actor, event, reach["distribution"], reach["sharing_group_id"])
        if chosen
        else None,
        "is_open": not event.published and _is_open(event),
        "policy": policy,
        "guard": guard,
        "blocks": len(guard.stops) + (len(policy["forbidden"]) if policy else 0),
        "marked_kinds": _marked(request.actor, event.id),
        "sends_mail": can_send(),
        "who_sees_url": address_of("public_who_sees"),
        "users": sum(receiver.users for receiver in readers),
        "sectors": _sectors(readers),
        "withheld": withheld_parts(event),
        "checks": publication_checks(event),
        "notices": _by_list(
            *({"notice": notice} for notice in notices_about_distribution(said, reach["distribution"])),
            *({"notice": met.notice, "met": met} for met in noticed_attributes(event.id, said)),
        ),
        "may_switch_lists": request.actor.may(Permission.WARNINGLIST),
        "changes": replace(changes, rows=worded(changes.rows)),
        "tag_url": f"{reverse('event_tag', args=[event.id])}?back=publish&{_chosen_query(chosen)}",
        "chosen_query": _chosen_query(chosen),
        "may_choose": rules.may_modify_event(request.actor, event),
        "may_pick": request.actor.may(Permission.ADD) and sees_every_organisation(request.actor),
        **reach_context(request.actor, form),
    }


def _marked(actor: Actor, event_id: int) -> list[tuple[MarkedKind, Sequence[MarkedDetail]]]:
    kinds = marked_kinds(actor, event_id)
    details = first_details(actor, event_id) if kinds else {}
    return [(each, details.get(each.kind.value, ())) for each in kinds]


def _chosen_query(chosen: dict[str, Any] | None) -> str:
    """What leads back to this page as it is, for the addresses of pages that it sends to."""
    reach = {name: value for name, value in (chosen or {}).items() if value or name == "distribution"}
    return urlencode(reach)


def _policy(event: EventRow, chosen: dict[str, Any] | None) -> dict[str, Any] | None:
    if chosen is None:
        return None
    seen = preview_policy(event, chosen["distribution"], chosen["sharing_group_id"] or None)
    if not seen.is_asked:
        return None
    return {
        name: [{"number": met.number, "title": title_of(met.rule), "why": because(met)} for met in verdicts]
        for name, verdicts in (("forbidden", seen.forbidden), ("held", seen.held))
    }


def _sectors(found: Sequence[Receiver]) -> list[dict[str, Any]]:
    counts = Counter(receiver.sector or gettext("Sector not specified") for receiver in found)
    parts = counts.most_common(SECTORS)
    if rest := len(found) - sum(count for _, count in parts):
        parts.append((gettext("Other"), rest))
    drawn, start = [], 0
    for number, (name, count) in enumerate(parts, 1):
        width = round(BAR * count / len(found))
        drawn.append(
            {"css": f"series-{number}", "name": name, "count": count, "x": start, "width": width - 2}
        )
        start += width
    return drawn
