"""Display of one indicator: defanged, deceptive characters marked, long values collapsed, with a copy menu."""

from __future__ import annotations

import json
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from vardkase.misp.values.defang import defang, is_defanged
from vardkase.web.ui import display
from vardkase.web.ui.chips import icon

HASHES = frozenset(
    {
        "md5",
        "sha1",
        "sha224",
        "sha256",
        "sha384",
        "sha512",
        "sha512/224",
        "sha512/256",
        "sha3-256",
        "sha3-512",
    }
)
TEXT_TYPES = frozenset(
    {"text", "comment", "other", "email-subject", "email-body", "named pipe", "snort", "yara"}
)
PIECES = {
    "text": "{}",
    "break": "<wbr>{}",
    "mixed": '<span class="mixed-scripts" title="{1}">{0}</span>',
    "symbol": '<span class="hidden-symbol" title="{1}">{0}</span>',
}


def value(text: str, kind: str, *, url: str = "", copy: bool = False, raw: bool = False) -> SafeString:
    shown = text if raw else defang(text, kind)
    marks = is_defanged(kind)
    is_long = shown.count("\n") >= display.FOLD_LINES or len(shown) > display.FOLD_CHARACTERS
    body = _folded(shown, kind) if is_long else _linked(_pieces(shown, marks), kind, url)
    return format_html(
        "{}{}{}", body, copy_menu(text, kind) if copy else "", _warning(text, kind) if marks else ""
    )


LONGEST_LINE = 300
"""Characters of a value in a row of one line; its page and the copy menu have the whole."""
LONGEST_PRINTED = 3_000
"""Characters of such a value on paper, where nobody can look further."""


def value_line(text: str, kind: str, *, url: str, raw: bool, is_light: bool = False) -> SafeString:
    """A value in a row of fixed height: cut by the layout, whole when focused and as a tooltip; with a copy menu.

    `is_light`: a script fills the menu when it is opened, from `copy_template`.
    """
    shown = text if raw else defang(text, kind)
    marks = is_defanged(kind)
    first = " ".join(shown.split()) if "\n" in shown else shown
    start = _pieces(first[:LONGEST_LINE], marks)
    if len(first) > LONGEST_LINE:
        start = format_html('{}<span class="unprinted"> …</span>', start)
    # Where letters are marked, each mark has a tooltip of its own, and the warning another.
    return format_html(
        '<span class="one-line" title="{}">{}{}</span>{}{}',
        shown[:1000],
        _linked(start, kind, url),
        _printed_rest(first, marks) if len(first) > LONGEST_LINE else "",
        _warning_mark(text, kind) if marks else "",
        _light_copy_menu(text, kind) if is_light else copy_menu(text, kind),
    )


def _printed_rest(shown: str, marks: bool) -> SafeString:
    rest = shown[LONGEST_LINE:LONGEST_PRINTED]
    more = " …" if len(shown) > LONGEST_PRINTED else ""
    return format_html('<span class="only-printed">{}{}</span>', _pieces(rest, marks), more)


def value_inline(text: str, kind: str, *, url: str = "") -> SafeString:
    """A value in running text: on one line, cut if it is long, without a menu."""
    shown = " ".join(defang(text, kind).split())
    cut = shown if len(shown) <= LONGEST_LINE else f"{shown[:LONGEST_LINE]} …"
    marks = is_defanged(kind)
    mark = _warning_mark(text, kind) if marks else ""
    return format_html("{}{}", _linked(_pieces(cut, marks), kind, url), mark)


def _warning_mark(text: str, kind: str) -> SafeString:
    foreign = sorted(display.foreign_letters(text))
    if not foreign:
        return SafeString("")
    letters = ", ".join(f"{display.script_name(letter)} {letter}" for letter in foreign)
    words = f"{letters}: {display.punycode(text, kind)}"
    return format_html(
        '<span class="punycode-mark" title="{}">{}</span>', words, icon("alert-triangle", "small", words)
    )


def _pieces(shown: str, marks: bool) -> SafeString:
    cut = display.pieces(shown, marks_scripts=marks)
    return SafeString("".join(PIECES[p.kind].format(escape(p.text), escape(p.name)) for p in cut))


def _css(kind: str) -> str:
    if kind in TEXT_TYPES:
        return "text-value"
    return "value value-hash" if kind in HASHES else "value"


def _linked(content: SafeString, kind: str, url: str) -> SafeString:
    if url:
        return format_html('<a class="{} value-link" href="{}">{}</a>', _css(kind), url, content)
    return format_html('<span class="{}">{}</span>', _css(kind), content)


def _folded(shown: str, kind: str) -> SafeString:
    """A long value, folded with the full text on request. Nothing is cut out of the middle."""
    start = "\n".join(shown.split("\n")[: display.FOLD_LINES])[: display.FOLD_CHARACTERS // 3]
    label = gettext("Show all (%(count)s characters)") % {"count": display.thin(len(shown))}
    return format_html(
        '<span class="{0}">{1} …</span><details class="folded-value"><summary>{2}</summary>'
        '<div class="{0}">{3}</div></details>',
        _css(kind),
        start,
        label,
        shown,
    )


def _warning(text: str, kind: str) -> SafeString:
    """A warning below a value with letters of another script: which ones, and the name in punycode."""
    foreign = sorted(display.foreign_letters(text))
    if not foreign:
        return SafeString("")
    letters = ", ".join(f"{display.script_name(letter)} {letter}" for letter in foreign)
    return format_html(
        '<span class="punycode">{} {}: <span class="value">{}</span></span>',
        icon("alert-triangle", "small"),
        letters,
        display.punycode(text, kind),
    )


def copy_menu(text: str, kind: str) -> SafeString:
    """The copy button of a value; its first choice is the defanged form, where there is one."""
    harmless = defang(text, kind)
    texts = {"unchanged": text, "json": json.dumps({"type": kind, "value": text}, ensure_ascii=False)}
    if harmless != text:
        texts = {"defanged": harmless} | texts
    words = _copy_words()
    buttons = format_html_join(
        "",
        '<button type="button" data-copy="{1}" data-copied="{2}">{0}</button>',
        ((words[form][0], copied, words[form][1] % {"value": copied}) for form, copied in texts.items()),
    )
    return _copy_details(harmless, SafeString(""), buttons)


def _light_copy_menu(text: str, kind: str) -> SafeString:
    harmless = defang(text, kind)
    defanged = format_html(' data-defanged="{}"', harmless) if harmless != text else ""
    given = format_html(' data-value="{}" data-type="{}"{}', text, kind, defanged)
    return _copy_details(harmless, given, SafeString(""))


def copy_template(copied: str) -> SafeString:
    """The choices of every light copy menu, with `copied` in place of the text."""
    return format_html_join(
        "",
        '<button type="button" data-form="{}" data-copied="{}">{}</button>',
        ((form, said % {"value": copied}, label) for form, (label, said) in _copy_words().items()),
    )


def _copy_words() -> dict[str, tuple[str, str]]:
    """Each choice of a copy menu: its label, and what is said once it is copied."""
    return {
        "defanged": (gettext("Copy defanged"), gettext("Copied defanged: %(value)s")),
        "unchanged": (gettext("Copy original"), gettext("Copied unchanged: %(value)s")),
        "json": (gettext("Copy as JSON"), gettext("Copied as JSON")),
    }


def _copy_details(harmless: str, given: SafeString, buttons: SafeString) -> SafeString:
    return format_html(
        '<details class="menu copy"{}><summary aria-label="{}">{}</summary>'
        '<div class="menu-body menu-from-left">{}</div></details>',
        given,
        gettext("Copy %(value)s") % {"value": harmless},
        icon("copy", "small"),
        buttons,
    )


def attribute_value(attribute: Any) -> tuple[str, str]:
    if isinstance(attribute, dict):
        return str(attribute["value"]), str(attribute["type"])
    return str(attribute.value), str(attribute.type)
