"""Commands of the search box that do something at once: they are posted, as the buttons that do the same are."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.notifications.queries import count_unread
from vardkase.exchange.subscriptions.models import FollowedKind
from vardkase.exchange.subscriptions.queries import subscription_to
from vardkase.identity.access.actor import Actor
from vardkase.web.analysis.search.command import Command, OpenPage

THEMES = (
    ("auto", _("Match the colour theme of the system"), "device-desktop"),
    ("light", _("Switch to the light theme"), "sun"),
    ("dark", _("Switch to the dark theme"), "moon"),
)
LANGUAGES = {"sv": _("Switch to Swedish (svenska)"), "en": _("Switch to English")}
FOLLOWING = {
    FollowedKind.EVENT: (_("Follow this event"), _("Stop following this event")),
    FollowedKind.VALUE: (_("Follow this value"), _("Stop following this value")),
    FollowedKind.CLUSTER: (_("Follow this cluster"), _("Stop following this cluster")),
}
"""What a page is about → the words for following it and for ending that."""


def acts(actor: Actor, theme: str, opened: OpenPage | None) -> Iterator[Command]:
    back = {"next": opened.address if opened else "/"}
    if count_unread(actor):
        yield Command("bell", reverse("notifications_mark_all"), _("Mark all notifications as read"), {})
    for name, label, icon in THEMES:
        if name != theme:
            yield Command(icon, reverse("set_theme"), label, {"theme": name, **back})
    for code, label in LANGUAGES.items():
        if code != get_language():
            yield Command("language", reverse("set_language"), label, {"language": code, **back})
    yield Command("logout", reverse("account_logout"), _("Sign out"), {})


def follow(
    actor: Actor, opened: OpenPage, kind: FollowedKind, thing: int = 0, value: str = ""
) -> Command | None:
    """Follow what is open, or stop; None for those who may not."""
    if not actor.may_read or not actor.may_write or actor.may_not_read_content:
        return None
    begin, end = FOLLOWING[kind]
    back = {"next": opened.address}
    if found := subscription_to(actor, kind, thing, value):
        return Command("bell-off", reverse("subscription_delete", args=[found.pk]), end, back)
    sent = {"kind": kind.value, "thing": value or str(thing), **back}
    return Command("bell-plus", reverse("subscription_create"), begin, sent)
