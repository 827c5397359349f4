"""A form that is sent twice at once, by a double click for instance, is handled once.

Each page that is shown has a token against forgery of its own, so that two POSTs of one token and the same fields are
one form. The second waits for the first, and leads where that one led.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from vardkase.core.bounded_blocking import TooManyBlockedThreads, blocking
from vardkase.core.errors import Conflict
from vardkase.core.problems import CommonProblem
from vardkase.web.ui.forms import posted

REMEMBERED = 15
"""Seconds after which the same form is handled again: somebody went back to it on purpose."""
LONGEST_WAIT = 10.0
WORKING = "working"
LONGEST_WORK = 300
"""Seconds after which a first one counts as lost, with its process for instance."""
LOOK_EVERY = 0.1


def handled_once(request: HttpRequest, act: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer of `act`. Only one that leads to another page (something has been done) is not done again.

    Raises Conflict if the first is still being handled after LONGEST_WAIT.
    """
    is_form = request.method == "POST" and posted.text(request, "csrfmiddlewaretoken")
    # What htmx sends may be sent again: its forms stay as they are shown.
    if not is_form or "HX-Request" in request.headers:
        return act()
    key = _key(request)
    if not cache.add(key, WORKING, LONGEST_WORK) and (led_to := _led_to(key)):
        messages.info(request, gettext("The form was sent twice. It was processed once."))
        return redirect(led_to)
    try:
        response = act()
    except BaseException:
        cache.delete(key)
        raise
    if place := response.headers.get("Location"):
        cache.set(key, place, REMEMBERED)
    else:
        cache.delete(key)
    return response


def _led_to(key: str) -> str:
    """Where the first one led; empty if it led nowhere, and this one is the first now."""
    until = time.monotonic() + LONGEST_WAIT
    try:
        with blocking():
            while time.monotonic() < until:
                found = cache.get(key)
                if found is None and cache.add(key, WORKING, LONGEST_WORK):
                    return ""
                if found not in (None, WORKING):
                    return str(found)
                time.sleep(LOOK_EVERY)
    except TooManyBlockedThreads as refused:
        raise Conflict(CommonProblem.BUSY()) from refused
    raise Conflict(CommonProblem.SENT_TWICE())


def _key(request: HttpRequest) -> str:
    said = (request.get_full_path(), request.user.pk, posted.lists(request), posted.named_files(request))
    # Keyed: the cache is a table, and fields may be passwords.
    return f"sent-{salted_hmac('sent-once', repr(said), algorithm='sha256').hexdigest()}"
