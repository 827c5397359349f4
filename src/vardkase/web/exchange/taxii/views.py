"""TAXII: collections of this hub, and external servers to push to and poll."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.taxii import collections, servers, tasks
from vardkase.exchange.taxii.client import TaxiiClient
from vardkase.exchange.taxii.models import TaxiiDirection, TaxiiServer
from vardkase.exchange.taxii.renderings import faults
from vardkase.identity.access.permissions import Permission
from vardkase.misp.values.defang import defang
from vardkase.web.exchange.taxii.forms import CollectionForm, SearchForm, TaxiiServerForm
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for

LONGEST_NAME = 120
SAID = ("name", "pattern", "value", "definition_type")
KINDS = {
    "domain-name": "domain",
    "ipv4-addr": "ip-dst",
    "ipv6-addr": "ip-dst",
    "url": "url",
    "email-addr": "email-src",
}
"""Types of STIX that hold what must not be clicked → MISP's type, which decides how it is shown."""
QUOTED = re.compile(r"'[^']*'")


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    context = {
        "collections": collections.all_collections(request.actor).prefetch_related("readers", "writers"),
        "servers": servers.taxii_servers(request.actor),
        "address": request.build_absolute_uri("/taxii2/"),
        "faults": faults(),
    }
    return render(request, "taxii/index.html", context)


@page(Permission.SITE_ADMIN, writes=True)
def write_collection(request: PageRequest, pk: int = 0) -> HttpResponse:
    stored = collections.find_own(request.actor, pk) if pk else None
    form = form_with_pickers(request, lambda data: CollectionForm(request.actor, stored, data))
    version = ShownVersion(request, stored)
    if form.is_bound and form.is_valid():
        saved = _saved(
            form,
            version,
            lambda wire: (
                collections.edit_collection(request.actor, stored.pk, wire)
                if stored
                else collections.add_collection(request.actor, wire)
            ),
        )
        if saved:
            messages.success(request, gettext("Saved."))
            return redirect("taxii")
    return _form_page(request, "taxii/collection_form.html", form, version, {"collection": stored})


@page(Permission.SITE_ADMIN, writes=True)
def delete_collection(request: PageRequest, pk: int) -> HttpResponse:
    stored = collections.find_own(request.actor, pk)
    if request.method != "POST":
        words = gettext(
            "It will no longer be listed for others, and the status of what they wrote to it is deleted. Its events"
            " are kept. This cannot be undone."
        )
        return confirm_page(
            request,
            gettext("Remove %(name)s") % {"name": stored.name},
            [(gettext("TAXII"), reverse("taxii"))],
            words,
            act=gettext("Remove the collection"),
        )
    collections.delete_collection(request.actor, pk)
    messages.success(request, gettext("The collection is no longer offered. Its events are kept."))
    return redirect("taxii")


@page(Permission.SITE_ADMIN, writes=True)
def write_server(request: PageRequest, pk: int = 0) -> HttpResponse:
    stored = servers.find_taxii_server(request.actor, pk) if pk else None
    form = form_with_pickers(request, lambda data: TaxiiServerForm(request.actor, stored, data))
    version = ShownVersion(request, stored)
    if form.is_bound and form.is_valid():
        saved = _saved(
            form,
            version,
            lambda wire: (
                servers.edit_taxii_server(request.actor, stored.pk, wire)
                if stored
                else servers.add_taxii_server(request.actor, wire)
            ),
        )
        if saved:
            messages.success(request, gettext("Saved. Test the server to check that it works."))
            return redirect("taxii_server", saved.pk)
    return _form_page(request, "taxii/server_form.html", form, version, {"server": stored})


@page(Permission.SITE_ADMIN, writes=True)
def delete_server(request: PageRequest, pk: int) -> HttpResponse:
    stored = servers.find_taxii_server(request.actor, pk)
    if request.method != "POST":
        words = gettext(
            "Fetching and sending will stop, and our key there is removed. Events already received are kept. This "
            "cannot be undone."
        )
        return confirm_page(
            request,
            gettext("Remove %(name)s") % {"name": stored.name},
            [(stored.name, reverse("taxii_server", args=[pk]))],
            words,
            act=gettext("Remove the server"),
        )
    servers.delete_taxii_server(request.actor, pk)
    messages.success(request, gettext("The server has been removed. Events received from it are kept."))
    return redirect("taxii")


@page(Permission.SITE_ADMIN)
def server(request: PageRequest, pk: int) -> HttpResponse:
    return _shown(request, servers.find_taxii_server(request.actor, pk))


@require_POST
@page(Permission.SITE_ADMIN)
def test(request: PageRequest, pk: int) -> HttpResponse:
    stored = servers.find_taxii_server(request.actor, pk)
    try:
        offered = TaxiiClient.of(stored).collections()
    except OutgoingFailed as failed:
        return _shown(request, stored, failure=str(failed))
    return _shown(request, stored, offered=offered)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def choose(request: PageRequest, pk: int) -> HttpResponse:
    servers.edit_taxii_server(request.actor, pk, {"collection": posted.text(request, "collection")[:191]})
    messages.success(request, gettext("The collection has been chosen."))
    return redirect("taxii_server", pk)


@page(Permission.SITE_ADMIN)
def objects(request: PageRequest, pk: int) -> HttpResponse:
    stored = servers.find_readable_server(request.actor, pk)
    mark = request.GET.get("next", "")
    context: dict[str, Any] = {"server": stored}
    try:
        envelope = TaxiiClient.of(stored).objects(
            stored.collection, limit=50, **({"next": mark} if mark else {})
        )
    except OutgoingFailed as failed:
        context["failure"] = str(failed)
    else:
        context["rows"] = [_object(item) for item in envelope.objects if isinstance(item, Mapping)]
        context["next"] = envelope.next if envelope.more else ""
    return render(request, "taxii/objects.html", context)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def move(request: PageRequest, pk: int, way: str) -> HttpResponse:
    stored = servers.find_taxii_server(request.actor, pk)
    if way == TaxiiDirection.POLL:
        tasks.order_poll(request.actor, stored.pk)
        messages.success(request, gettext("Fetching will start in a moment. Progress is shown on this page."))
    else:
        tasks.order_push(request.actor, stored.pk)
        messages.success(request, gettext("Sending will start in a moment. Progress is shown on this page."))
    return redirect("taxii_server", stored.pk)


@page(Permission.SITE_ADMIN)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, CollectionForm(request.actor, None))


def _saved[Row](form: SearchForm, version: ShownVersion, save: Callable[[dict[str, Any]], Row]) -> Row | None:
    with errors_shown_in(form, fields={"filters": "more"}), version.saving(form):
        return save(form.wire())  # type: ignore[attr-defined]
    return None


def _form_page(
    request: PageRequest, template: str, form: SearchForm, version: ShownVersion, context: dict[str, Any]
) -> HttpResponse:
    shown = {"form": form, "version": version, **searched_for(request), **context}
    return render(request, template, shown, status=version.status(form))


def _shown(request: PageRequest, server: TaxiiServer, **more: Any) -> HttpResponse:
    runs = servers.runs_of(request.actor, server)
    context = {
        "server": server,
        "polled": runs.filter(direction=TaxiiDirection.POLL).first(),
        "pushed": runs.filter(direction=TaxiiDirection.PUSH).first(),
        "running": runs.filter(ended=None).exists(),
        "is_ordered": servers.is_ordered(request.actor, server.pk),
        "has_key": bool(server.encrypted_key),
        **listed(request, runs.order_by(), {"pk"}, "-pk"),
        **more,
    }
    return render(request, "taxii/server.html", context)


def _object(stix: Mapping[str, Any]) -> dict[str, str]:
    sort = str(stix.get("type", ""))
    text = str(next((stix[name] for name in SAID if stix.get(name)), ""))
    if "pattern" in stix and not stix.get("name"):
        # A pattern holds its values in quotes: they are shown defanged, as all values are.
        text = QUOTED.sub(lambda literal: defang(literal[0], "domain"), text)
    return {
        "type": sort[:LONGEST_NAME],
        "id": str(stix.get("id", ""))[:LONGEST_NAME],
        "said": text[:LONGEST_NAME],
        "kind": KINDS.get(sort, "text"),
        "version": str(stix.get("modified") or stix.get("created") or "")[:40],
    }
