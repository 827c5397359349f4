"""What a page says after it was to send mail: on a hub that sends none now, that it was saved but not sent, and what
to do instead."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext

from vardkase.core.mail.services import can_send


def say_sent(request: HttpRequest, words: str, instead: str) -> None:
    if can_send():
        messages.success(request, words)
    else:
        saved = gettext("Saved, but no e-mail was sent: the hub sends none at present.")
        messages.warning(request, f"{saved} {instead}")


def say_received(request: HttpRequest, words: str, told: str, instead: str) -> None:
    """For what was done whether or not mail is sent: who is told of what follows, or where it is seen."""
    messages.success(request, f"{words} {told if can_send() else instead}")


def tell_the_member() -> str:
    return gettext("Phone the member and tell them.")


def tell_the_requester() -> str:
    return gettext("Tell the person who asked in another way.")


def post_the_letter() -> str:
    return gettext("Print the letter from the case and send it by post, then record how it was delivered.")
