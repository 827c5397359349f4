"""Template tags and filters of the design system. `{% load components %}`; docs/design.md shows each in use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    PasswordInput,
    RadioSelect,
)
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from vardkase.hub.law.disposal_marks import is_disposed, with_marks_in_words
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.misp.values.defang import defang as defanged
from vardkase.web.ui import blocks, chips, display, markdown, values
from vardkase.web.ui.assets import asset_url, drawing
from vardkase.web.ui.cluster_names import cluster_name
from vardkase.web.ui.navigation import sections
from vardkase.web.ui.paging import first_page
from vardkase.web.ui.permission_labels import role_words

register = template.Library()

register.simple_tag(asset_url, name="asset")
register.simple_tag(drawing)
register.filter(is_disposed)
register.filter("marks_in_words", with_marks_in_words)
register.simple_tag(chips.icon, name="icon")
register.simple_tag(chips.tlp, name="tlp")
register.simple_tag(chips.threat, name="threat")
register.simple_tag(chips.pill, name="pill")
register.simple_tag(chips.detection, name="detection")
register.simple_block_tag(blocks.banner)
register.simple_block_tag(blocks.empty)
register.simple_block_tag(blocks.form_foot)
register.simple_block_tag(blocks.facts)
register.simple_block_tag(blocks.fact)


@register.simple_tag(takes_context=True)
def tag_chip(context: Context, tag: Any, local: bool | None = None, link: bool = True) -> SafeString:
    """A tag or cluster, which links to its page unless `link` is off."""
    named = cluster_name(context, chips.tag_name(tag))
    return chips.tag_chip(tag, local=local, link=link, cluster_name=named)


@register.simple_tag
def reach(
    distribution: int | None, sharing_group: Any = None, lit: bool = False, owner: str = ""
) -> SafeString:
    """The distribution glyph with its label. `lit=True` in a form control; `owner` if that is not the reader's
    organisation."""
    return chips.reach(distribution, sharing_group, choosing=lit, owner=owner)


register.filter("plain", markdown.plain)
register.filter("address_breaks", display.address_breaks)
register.filter("role_words", role_words)


@register.simple_tag
def beacon_line(distribution: int, lit: bool = False) -> SafeString:
    """The glyph alone; the caller must print the label beside it."""
    return chips.beacon_line(distribution, choosing=lit)


@register.simple_tag(takes_context=True)
def value(context: Context, attribute: Any, url: str = "", copy: bool = False) -> SafeString:
    """An attribute's value (model, row or dict), defanged unless the reader has switched that off."""
    text, kind = values.attribute_value(attribute)
    return values.value(text, kind, url=url, copy=copy, raw=bool(context.get("shows_raw_values")))


@register.simple_tag(takes_context=True)
def value_text(context: Context, text: str, kind: str, url: str = "", copy: bool = False) -> SafeString:
    return values.value(text, kind, url=url, copy=copy, raw=bool(context.get("shows_raw_values")))


@register.simple_tag(takes_context=True)
def value_line(context: Context, attribute: Any, url: str = "") -> SafeString:
    """An attribute's value, with its copy menu, for a row of fixed height."""
    text, kind = values.attribute_value(attribute)
    raw, is_light = bool(context.get("shows_raw_values")), bool(context.get("are_light"))
    return values.value_line(text, kind, url=url, raw=raw, is_light=is_light)


@register.simple_tag
def moment(when: datetime | None) -> SafeString:
    """A `time` element: short text, exact value for machines and on hover."""
    if when is None:
        return format_html('<span class="muted">{}</span>', gettext("Never"))
    full = f"{display.long_date(when)} {display.clock_time(when)}"
    return format_html(
        '<time class="nowrap" datetime="{}" title="{}">{}</time>',
        when.isoformat(),
        full,
        display.short_time(when),
    )


@register.filter
def may(actor: Actor | None, permission: str) -> bool:
    """True if the actor holds the permission (`perm_add`, …). Hides links only; the view enforces."""
    return actor is not None and actor.may(Permission(permission))


@register.filter
def short_time(when: datetime | None) -> str:
    return display.short_time(when) if when else ""


@register.filter
def short_date(day: date | None) -> str:
    """22 nov: for axes, where the year is plain."""
    return display.short_date(day) if day else ""


@register.filter
def long_date(day: date | None) -> str:
    """24 november 2026."""
    return display.long_date(day) if day else ""


@register.filter
def thin(number: int | None) -> str:
    """12 418 in Swedish, 12,418 in English."""
    return display.thin(int(number or 0))


@register.filter
def defang(text: str, kind: str) -> str:
    return defanged(text, kind)


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, label: str, key: str, css: str = "") -> dict[str, Any]:
    """A sortable column header: `?sort=key`, then `?sort=-key`. Reads the current order from the query
    string, else from the view's `default_sort`."""
    request = context.get("request")
    now = request.GET.get("sort") if request else None
    now = context.get("default_sort", "") if now is None else now
    order = {key: "ascending", f"-{key}": "descending"}.get(now or "", "")
    target = f"-{key}" if order == "ascending" else key
    return {
        "label": label,
        "css": css,
        "order": order,
        "href": first_page(request, sort=target, page=None) if request else f"?sort={target}",
    }


@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, Any]:
    """The side navigation. Views may pass `navigation_counts`: view name → number of pending items."""
    actor, request = context.get("actor"), context.get("request")
    counts = context.get("navigation_counts") or {}
    shown = sections(actor, request.path, counts) if actor and request else []
    return {"sections": shown}


@register.inclusion_tag("components/crumbs.html")
def crumbs(*parts: str) -> dict[str, Any]:
    """Breadcrumbs: label, url, label, url, …, and last the label of this page."""
    pairs = [{"label": label, "url": url} for label, url in zip(parts[:-1:2], parts[1::2], strict=True)]
    return {"items": [*pairs, {"label": parts[-1], "url": ""}]}


@register.inclusion_tag("components/pager.html")
def pager(shown: str, newer: str = "", older: str = "", by_time: bool = True) -> dict[str, Any]:
    """Below a table: the range shown, and links to newer and older rows (keyset pagination, no page numbers).
    `by_time=False`: the rows are in another order, and the links say previous and next."""
    return {"shown": shown, "newer": newer, "older": older, "by_time": by_time}


@register.inclusion_tag("components/tabs.html")
def tabs(label: str, items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Tabs as links. Items: label, url, and optionally count, current."""
    return {"label": label, "items": items}


@register.inclusion_tag("components/filter_chips.html")
def filter_chips(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The active filters. Items: label, remove_url."""
    return {"items": items}


@register.inclusion_tag("components/timeline.html")
def timeline(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A timeline, newest first. Items: when, text, and state: past (filled), now (flare) or planned."""
    return {"items": items}


@register.inclusion_tag("components/stepper.html")
def stepper(label: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Steps of a process. Items: label, state (done, now, also, coming), optionally url, detail."""
    position = next((n for n, item in enumerate(items, 1) if item["state"] == "now"), len(items))
    return {"label": label, "items": items, "position": position, "total": len(items)}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: str) -> dict[str, Any]:
    share = min(100, round(100 * done / total)) if total else 0
    return {"done": done, "total": total, "label": label, "share": share}


@register.inclusion_tag("components/segments.html")
def segments(legend: str, name: str, choices: Iterable[tuple[Any, str]], chosen: Any = "") -> dict[str, Any]:
    """Radio buttons in one bar, for a choice of a few words."""
    return {"legend": legend, "name": name, "choices": choices, "chosen": str(chosen)}


@register.inclusion_tag("components/reach_choice.html")
def reach_choice(
    legend: str,
    name: str,
    chosen: int | str | None = None,
    counts: dict[int, str] | None = None,
    groups: Iterable[Any] = (),
    group_name: str = "sharing_group_id",
    group_chosen: int | str | None = None,
    inherit: bool = False,
) -> dict[str, Any]:
    """ "Who should see this?": five levels (six with `inherit`), each with glyph, label and audience.
    `counts`: level → text such as "148 organisations". `groups`: objects with pk and name."""
    levels = [*range(5), *([chips.INHERIT] if inherit else [])]
    options = [
        {
            "level": level,
            "word": chips.REACHES[level],
            "note": (counts or {}).get(level, ""),
            "chosen": str(level) == str(chosen),
        }
        for level in levels
    ]
    return {
        "legend": legend,
        "name": name,
        "options": options,
        "groups": groups,
        "group_name": group_name,
        "group_chosen": str(group_chosen or ""),
    }


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """A form field with label, help and error, tied to the control for screen readers."""
    widget = bound.field.widget
    several = isinstance(widget, RadioSelect)  # Of which boxes to tick are a kind.
    single_box = isinstance(widget, CheckboxInput)
    described = [f"{bound.auto_id}_error"] if bound.errors else []
    help_text = hint or bound.help_text
    if _was_lost(bound):
        help_text = format_html(
            "<strong>{}</strong> {}", gettext("It was not kept. Enter it again."), help_text
        )
    described += [f"{bound.auto_id}_hint"] if help_text else []
    attributes: dict[str, str | bool] = {"class": "checkbox" if single_box else "input"}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {
        "field": bound,
        "control": "" if several else bound.as_widget(attrs=attributes),
        "several": several,
        "option_css": "checkbox" if isinstance(widget, CheckboxSelectMultiple) else "radio",
        "single_box": single_box,
        "hint": help_text,
        "described": " ".join(described),
    }


def _was_lost(bound: BoundField) -> bool:
    """Whether a secret was entered in a form that is shown again because of another field."""
    widget = bound.field.widget
    if not isinstance(widget, PasswordInput) or widget.render_value or not bound.data or bound.errors:
        return False
    return widget.attrs.get("autocomplete") != "current-password"


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm, others: Sequence[tuple[str, str]] = (), title: str = "") -> dict[str, Any]:
    """All errors of a form, each a link to its field. Empty when the form is valid.

    `others`: errors of inputs that are not the form's, as the input's id and the words. `title` stands over errors that
    nobody can correct.
    """
    wrong = [bound for bound in form if bound.errors]
    return {"form": form, "fields": wrong, "others": others, "title": title}


@register.simple_block_tag(takes_context=True)
def panel(
    context: Context,
    content: str,
    title: str,
    count: int | str = "",
    url: str = "",
    link: str = "",
    css: str = "",
    flush: bool = False,
) -> SafeString:
    """A framed part with a heading. `url` and `link`: the one link in its head; `flush`: no padding."""
    return render_to_string(
        "components/panel.html",
        {
            "title": title,
            "count": count,
            "url": url,
            "link": link,
            "css": css,
            "flush": flush,
            "content": content,
        },
    )


@register.simple_block_tag
def page_head(content: str, title: str, intro: str = "") -> SafeString:
    """The heading of a page and what the page is for; in the block, its actions."""
    facts = {"title": title, "intro": intro, "content": content}
    return render_to_string("components/page_head.html", facts)


@register.simple_block_tag
def dialog(
    content: str, id: str, title: str, subtitle: str = "", small: bool = True, opened: bool = False
) -> SafeString:
    """A dialog that `data-dialog="id"` opens. `opened`: opens by itself after an htmx swap."""
    return render_to_string(
        "components/dialog.html",
        {
            "id": id,
            "title": title,
            "subtitle": subtitle,
            "small": small,
            "opened": opened,
            "content": content,
        },
    )


@register.simple_block_tag
def data_table(content: str, label: str, caption: str = "", css: str = "", keys: bool = True) -> SafeString:
    """A data table in a focusable region that scrolls sideways. Content: thead and tbody."""
    return render_to_string(
        "components/data_table.html",
        {"label": label, "caption": caption or label, "css": css, "keys": keys, "content": content},
    )


@register.simple_block_tag
def bulk_bar(content: str, label: str) -> SafeString:
    """Actions for the selected rows. Place above the table; shown when something is selected."""
    return render_to_string("components/bulk_bar.html", {"label": label, "content": content})


@register.simple_block_tag
def menu(
    content: str, label: str, icon_name: str = "", css: str = "button button-quiet", alone: bool = False
) -> SafeString:
    """A menu that works without JavaScript. Content: links, buttons. `alone`: icon without label."""
    return render_to_string(
        "components/menu.html",
        {"label": label, "icon_name": icon_name, "css": css, "alone": alone, "content": content},
    )


@register.simple_tag
def select_row(name: str, pk: Any, label: str, chosen: Collection[Any] = ()) -> SafeString:
    """`chosen`: what was selected when the form was refused."""
    return format_html(
        '<input class="checkbox" type="checkbox" name="{}" value="{}" data-select aria-label="{}"{}>',
        name,
        pk,
        label,
        SafeString(" checked") if pk in chosen else "",
    )


@register.simple_tag
def select_all() -> SafeString:
    return format_html(
        '<input class="checkbox" type="checkbox" data-select-all aria-label="{}">',
        gettext("Select all on this page"),
    )
