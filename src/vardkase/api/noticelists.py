"""noticelists/*: notices to consider before sharing."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Redirect, Saved, Toggled, not_toggled, saved, toggled
from vardkase.api.dispatch import endpoint
from vardkase.api.fields import Reference
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.hub.profiles import EVERY
from vardkase.knowledge.noticelists import queries, services
from vardkase.knowledge.noticelists.models import Noticelist
from vardkase.misp.flags import as_bool, as_int

PROFILES = EVERY

UP_TO_DATE = "All noticelists are up to date already."


@endpoint("noticelists/index", answers="[Noticelist]")
def index(call: Call) -> Json:
    """List the noticelists."""
    return Json([{"Noticelist": _noticelist(row)} for row in queries.all_noticelists()])


@endpoint("noticelists/view", answers="Noticelist")
def view(call: Call, noticelist_id: str) -> Json:
    """Return one noticelist with its notices."""
    noticelist = queries.find_noticelist(as_int(noticelist_id) or 0)
    entries = [
        {"id": str(entry.pk), "noticelist_id": str(entry.noticelist_id), "data": entry.data}
        for entry in noticelist.entries.order_by("pk")
    ]
    return Json({"Noticelist": _noticelist(noticelist) | {"NoticelistEntry": entries}})


@endpoint("noticelists/enable_noticelist", site_admin=True, writes=True)
def enable(call: Call, noticelist_id: str, enable: str = "") -> Redirect:
    """Enable or disable a noticelist, as the path says; redirects as MISP does."""
    number = as_int(noticelist_id) or 0
    services.set_enabled(call.actor, number, enabled=as_bool(enable))
    return Redirect(f"/noticelists/view/{number}")


class NoticelistChoice(Body, kw_only=True):
    model = "Noticelist"

    data: Reference = ""
    """As MISP's page sends it."""
    id: Reference = ""


@endpoint("noticelists/toggle_enable", site_admin=True, writes=True)
def toggle_enable(call: Call, noticelist_id: str = "", *, body: NoticelistChoice) -> Toggled:
    """Toggle a noticelist, named in the path or in the body."""
    number = as_int(noticelist_id or body.data or body.id) or 0
    try:
        turned = not queries.find_noticelist(number).enabled
        services.set_enabled(call.actor, number, enabled=turned)
    except NotFound:
        return not_toggled("Noticelist not found.")
    return toggled(f"Noticelist {'enabled' if turned else 'disabled'}")


@endpoint("noticelists/delete", site_admin=True, writes=True)
def delete(call: Call, noticelist_id: str) -> Saved:
    """Delete a noticelist; an update restores those in the files."""
    services.delete_noticelist(call.actor, as_int(noticelist_id) or 0)
    return saved("Noticelist deleted.", f"/noticelists/delete/{noticelist_id}", id=noticelist_id)


@endpoint("noticelists/update", site_admin=True, writes=True)
def update(call: Call) -> Saved:
    """Load new versions from the files."""
    updated = services.update_noticelists(call.actor).updated
    return saved(f"Successfully updated {updated} noticelists." if updated else UP_TO_DATE, call.path)


def _noticelist(noticelist: Noticelist) -> dict[str, Any]:
    return {
        "id": str(noticelist.pk),
        "name": noticelist.name,
        "expanded_name": noticelist.expanded_name,
        "ref": noticelist.ref,
        "geographical_area": noticelist.geographical_area,
        "version": str(noticelist.version),
        "enabled": noticelist.enabled,
    }
