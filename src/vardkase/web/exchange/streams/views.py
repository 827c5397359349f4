"""Streams: progress of each receiver, errors, and available actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.outbox.models import Delivery
from vardkase.exchange.outbox.models import EntryKind as ReceiverKind
from vardkase.exchange.outbox.queries import deliveries
from vardkase.exchange.streams import services
from vardkase.exchange.streams.errors import fault_of
from vardkase.exchange.streams.models import Stream, StreamKind
from vardkase.exchange.streams.queries import find_stream, standings, streams
from vardkase.exchange.streams.settings import KEPT_DAYS
from vardkase.exchange.streams.test_message import send_test
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import titles_by_uuid
from vardkase.web.exchange.streams.forms import FORMS, DeliveryFilterForm, ReplayForm
from vardkase.web.exchange.streams.labels import FAULTS, KINDS
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for

DELIVERIES_SHOWN = 10
FIELDS = {"filters": "types"}
"""What the service calls something → the field where it was chosen."""


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    rows = standings(list(streams(request.actor)))
    return render(request, "streams/index.html", {"rows": rows})


@page(Permission.SITE_ADMIN)
def view(request: PageRequest, pk: int) -> HttpResponse:
    return _shown(request, find_stream(request.actor, pk))


@page(Permission.SITE_ADMIN)
def choose(request: PageRequest) -> HttpResponse:
    return render(request, "streams/kinds.html", {"kinds": KINDS})


@page(Permission.SITE_ADMIN, writes=True)
@never_cache
def create(request: PageRequest, kind: str) -> HttpResponse:
    if kind not in FORMS:
        raise Http404
    form = form_with_pickers(request, lambda data: FORMS[kind](request.actor, None, data))
    if form.is_valid():
        with errors_shown_in(form, fields=FIELDS):
            stream, secret = services.add_stream(request.actor, form.wire())
            if secret:
                return _secret_page(request, stream, secret)
            messages.success(
                request,
                gettext("The stream has been added and is enabled. Send a test to check that it works."),
            )
            return redirect("stream", stream.pk)
    context = {"form": form, "kind": kind, **searched_for(request)}
    return render(request, "streams/form.html", context, status=422 if form.errors else 200)


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    stream = find_stream(request.actor, pk)
    form = form_with_pickers(request, lambda data: FORMS[stream.kind](request.actor, stream, data))
    version = ShownVersion(request, stream)
    if form.is_valid():
        with errors_shown_in(form, fields=FIELDS), version.saving(form):
            services.edit_stream(request.actor, pk, form.wire())
            messages.success(request, gettext("Saved. Send a test to check that it works."))
            return redirect("stream", pk)
    context = {"form": form, "kind": stream.kind, "stream": stream, "version": version}
    context |= searched_for(request)
    return render(request, "streams/form.html", context, status=version.status(form))


@page(Permission.SITE_ADMIN)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, FORMS[StreamKind.WEBHOOK](request.actor, None))


@page(Permission.SITE_ADMIN, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    stream = find_stream(request.actor, pk)
    if request.method != "POST":
        words = gettext(
            "Nothing more will be sent to the receiver, and its secrets are removed. The record of what was sent is"
            " kept. This cannot be undone. To stop temporarily, pause the stream instead."
        )
        return confirm_page(
            request,
            gettext("Remove %(name)s") % {"name": stream.name},
            [(stream.name, reverse("stream", args=[pk]))],
            words,
            act=gettext("Remove the stream"),
        )
    services.delete_stream(request.actor, pk)
    messages.success(request, gettext("The stream has been removed. The record of what was sent is kept."))
    return redirect("streams")


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def test(request: PageRequest, pk: int) -> HttpResponse:
    try:
        send_test(request.actor, pk)
    except OutgoingFailed as failed:
        finding, advice = FAULTS[fault_of(failed)]
        result = {"works": False, "finding": finding, "advice": advice, "detail": str(failed)}
        return _shown(request, find_stream(request.actor, pk), found=result)
    except Conflict:
        messages.error(
            request, gettext("ZeroMQ messages are not acknowledged. Subscribe to check that they arrive.")
        )
        return redirect("stream", pk)
    return _shown(request, find_stream(request.actor, pk), found={"works": True})


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def switch(request: PageRequest, pk: int, on: bool) -> HttpResponse:
    try:
        (services.resume_stream if on else services.pause_stream)(request.actor, pk)
    except Invalid:
        messages.error(request, gettext("Too many streams are enabled. Pause one first."))
    else:
        message = (
            gettext("The stream resumes where it stopped.")
            if on
            else gettext("Paused. New messages wait until the stream is resumed.")
        )
        messages.success(request, message)
    return redirect("stream", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def replay(request: PageRequest, pk: int) -> HttpResponse:
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return _shown(request, find_stream(request.actor, pk), replay=form, status=422)
    services.replay_from(request.actor, pk, form.cleaned_data["since"])
    messages.success(request, gettext("Everything from then on is sent again, in order."))
    return redirect("stream", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def skip(request: PageRequest, pk: int, everything: bool) -> HttpResponse:
    try:
        (services.skip_all if everything else services.skip_next)(request.actor, pk)
    except Conflict:
        messages.error(request, gettext("Nothing is waiting."))
    else:
        messages.success(request, gettext("Skipped. It can be sent again from a time of your choice."))
    return redirect("stream", pk)


@page(Permission.SITE_ADMIN, writes=True)
@never_cache
def renew(request: PageRequest, pk: int) -> HttpResponse:
    stream = find_stream(request.actor, pk)
    if request.method != "POST":
        return render(request, "streams/renew.html", {"stream": stream})
    return _secret_page(request, stream, services.renew_secret(request.actor, pk))


@page(Permission.SITE_ADMIN)
def sent(request: PageRequest) -> HttpResponse:
    form = DeliveryFilterForm(request.GET)
    rows = deliveries(request.actor, **form.filters())
    page_of = listed(request, rows, {"pk"}, "-pk")
    context = {
        **page_of,
        "titles": _titles(request, page_of["rows"]),
        "form": form,
        "asked": bool(form.filters()),
    }
    return render(request, "streams/deliveries.html", context)


def _secret_page(request: PageRequest, stream: Stream, secret: str) -> HttpResponse:
    return render(request, "streams/secret.html", {"stream": stream, "secret": secret})


def _shown(request: PageRequest, stream: Stream, *, status: int = 200, **more: Any) -> HttpResponse:
    to_it = deliveries(request.actor, kind=ReceiverKind.STREAM).filter(receiver_id=stream.pk)
    latest = list(to_it.order_by("-pk")[:DELIVERIES_SHOWN])
    context = {
        "row": standings([stream])[0],
        "stream": stream,
        "deliveries": latest,
        "titles": _titles(request, latest),
        "replay": ReplayForm(),
        "kept_days": KEPT_DAYS.value,
        **more,
    }
    return render(request, "streams/stream.html", context, status=status)


def _titles(request: PageRequest, rows: Iterable[Delivery]) -> dict[str, tuple[int, str]]:
    return titles_by_uuid(request.actor, (str(row.event_uuid) for row in rows))
