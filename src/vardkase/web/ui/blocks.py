"""Small components that enclose what a template writes between their tags."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from vardkase.web.ui import chips

BANNERS = {
    "info": {"icon": "info-circle"},
    "land": {"icon": "pencil"},
    "warn": {"icon": "alert-triangle"},
    "bad": {"icon": "alert-circle"},
    "ok": {"icon": "circle-check"},
}


def banner(content: str, kind: str = "info", role: str = "") -> SafeString:
    """A message in the page: kinds info, land (still with us), warn, bad, ok."""
    css = "note" if kind == "info" else f"note note-{kind}"
    spoken = format_html(' role="{}"', role) if role else ""
    return format_html(
        '<div class="{}"{}>{}<span>{}</span></div>', css, spoken, chips.icon(BANNERS[kind]["icon"]), content
    )


def empty(content: str, title: str) -> SafeString:
    """An empty state: what would be listed, and the next step."""
    return format_html(
        '<div class="panel empty"><p class="strong">{}</p><div class="soft">{}</div></div>', title, content
    )


def form_foot(content: str, back: str) -> SafeString:
    """The foot of a form: the button that sends it, with `content` on it, and the way out."""
    return format_html(
        '<div class="form-foot"><button class="button button-primary" type="submit">{}</button>'
        '<a class="button button-outline" href="{}">{}</a></div>',
        content,
        back,
        gettext("Cancel"),
    )


def facts(content: str) -> SafeString:
    return format_html('<dl class="key-values-wide event-summary">{}</dl>', content)


def fact(content: str, label: str) -> SafeString:
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)
