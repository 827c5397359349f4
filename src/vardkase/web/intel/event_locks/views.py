"""Who else has an event open that they may change, and who has changed it meanwhile."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_locks.services import PRESENCE_SECONDS, add_lock
from vardkase.intel.event_locks.settings import DISABLED
from vardkase.intel.kernel.locking import own_event
from vardkase.intel.queries.history import changed_since_entry
from vardkase.misp.flags import as_int
from vardkase.web.intel.event_locks.presenters import Others, others_at_work
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page


@require_POST
@page(Permission.ADD, writes=True)
def presence(request: PageRequest, reference: str) -> HttpResponse:
    """What the page asks for all the time while it is open; `seen` is the newest audit entry when it was opened."""
    event = own_event(request.actor, reference)
    others = Others()
    if not DISABLED.value:
        add_lock(request.actor, event.id, PRESENCE_SECONDS)
        others = others_at_work(request.actor, event.id)
    seen = as_int(posted.text(request, "seen"))
    changed_by = changed_since_entry(request.actor, event, seen) if seen is not None and seen >= 0 else []
    context = {"event": event, "others": others, "changed_by": changed_by}
    return render(request, "event_locks/presence.html", context)
