"""Reports as safe HTML: references become chips and values, as far as the reader may read what they name."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from vardkase.core.markdown import LONGEST
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.problems import Problem
from vardkase.formats.diagrams import is_diagram, known_faults, sources
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.event_reports.markdown import report_tokens
from vardkase.intel.event_reports.references import (
    LONGEST_VALUE,
    ReferencedAttribute,
    ReferencedGalaxy,
    ReferencedObject,
    ResolvedReferences,
    resolve_references,
)
from vardkase.misp.report_references import ReportReference
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.ui.chips import icon, tag_chip
from vardkase.web.ui.markdown import below_page_headings
from vardkase.web.ui.values import value_inline

LONGEST_REFERENCES = 2_000_000
"""Characters of HTML for all references of a report, since each may stand for much more than its own text."""

LONGEST_LINE = 100
"""Characters quoted of a line that is wrong."""

OPTIONS = MarkdownIt("commonmark", {"html": False}).options


def rendered_report(actor: Actor, event: EventRow, text: str) -> SafeString:
    return rendered_with(resolve_references(actor, event, text[:LONGEST]), text)


def rendered_with(resolved: ResolvedReferences, text: str, diagrams: str = "") -> SafeString:
    """`diagrams`: the address below which the pictures of diagrams are; without it they stay text."""
    tokens = below_page_headings(report_tokens(text))
    drawn = sources(tokens) if OptionalPart.DIAGRAMS.is_installed else []
    # Equal ones have the address of the first, so that they are asked for once.
    addresses = [f"{diagrams}{drawn.index(source)}/" if diagrams else "" for source in drawn]
    shown = [_Diagram(*one) for one in zip(drawn, addresses, strict=True)]
    env = {"shown": _ShownReferences(resolved), "diagrams": shown, "faults": known_faults(drawn)}
    return SafeString(_ReportHtml().render(tokens, OPTIONS, env))


@dataclass(slots=True)
class _Diagram:
    source: str
    address: str


@dataclass(slots=True)
class _ShownReferences:
    """References as HTML, until LONGEST_REFERENCES is reached; the others stay text."""

    resolved: ResolvedReferences
    left: int = LONGEST_REFERENCES
    known: dict[tuple[ReportReference, bool], str] = field(default_factory=dict)

    def html(self, token: Token) -> str:
        key = reference, is_alone = token.meta["reference"], token.meta["alone"]
        if key not in self.known:
            self.known[key] = _reference(self.resolved, reference, is_alone=is_alone)
        self.left -= len(self.known[key])
        return self.known[key] if self.left >= 0 else escape(token.content)


class _ReportHtml(RendererHTML):
    """markdown-it calls the method that is named as a token."""

    def report_reference(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        shown: _ShownReferences = env["shown"]
        return shown.html(tokens[idx])

    def fence(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        if not is_diagram(tokens[idx]):
            return super().fence(tokens, idx, options, env)
        text = format_html('<pre tabindex="0"><code>{}</code></pre>', tokens[idx].content)
        diagram = env["diagrams"].pop(0) if env["diagrams"] else _Diagram("", "")
        fault = env["faults"].get(diagram.source)
        if fault or not diagram.source or not diagram.address:
            words = (
                format_html('<span class="error">{}</span>', fault_words(diagram.source, fault))
                if fault
                else ""
            )
            return format_html(
                "<figure><figcaption>{}</figcaption>{}</figure>", words or _why_text(diagram), text
            )
        return format_html(
            '<figure><div class="report-diagram" role="group" tabindex="0" aria-label="{}">'
            '<img src="{}" alt="{}" loading="lazy"></div>'
            "<details><summary>{}</summary>{}</details></figure>",
            gettext("Diagram"),
            diagram.address,
            gettext("Diagram. Its description in Mermaid notation is below."),
            gettext("Description in Mermaid notation"),
            text,
        )


def _why_text(diagram: _Diagram) -> str:
    if diagram.source:
        return gettext("The diagram is drawn when the report has been saved.")
    return gettext("Diagram in Mermaid notation, shown as text")


def fault_words(source: str, problem: Problem) -> str:
    """The problem, with the text of the line that it names."""
    lines = source.split("\n")
    number = problem.params.get("line")
    if not isinstance(number, int) or not 0 < number <= len(lines):
        return gettext("The diagram could not be drawn.")
    text = lines[number - 1].strip()[:LONGEST_LINE]
    return gettext("The diagram cannot be drawn. Line %(line)s cannot be read: %(text)s") % {
        "line": number,
        "text": text,
    }


def _reference(resolved: ResolvedReferences, reference: ReportReference, *, is_alone: bool) -> SafeString:
    if reference.kind == "tag":
        return tag_chip(
            reference.target, local=False, cluster_name=resolved.cluster_names.get(reference.target, "")
        )
    if reference.kind == "suggestion":
        return format_html(
            '<span class="report-reference report-suggestion" title="{}">{}</span>',
            gettext("Suggested value, not in the event yet"),
            reference.target,
        )
    match resolved.of(reference):
        case ReferencedAttribute() as found if found.is_file:
            return _file(resolved, found, is_alone=is_alone)
        case ReferencedAttribute() as found:
            return format_html('<span class="report-reference">{}</span>', _value(found.value, found.type))
        case ReferencedObject() as found:
            return _object_table(found) if is_alone else _object(found)
        case ReferencedGalaxy() as found:
            return _matrix(resolved, found)
    # The same words for what is hidden, deleted, and made up.
    return format_html(
        '<span class="report-reference report-missing">{}{}</span>',
        icon("eye-off", "small"),
        gettext("not available"),
    )


def _value(text: str, kind: str) -> SafeString:
    # The page of a value that was cut would be that of another value.
    url = value_url(text) if len(text) <= LONGEST_VALUE else ""
    return value_inline(text, kind, url=url)


def _file(resolved: ResolvedReferences, found: ReferencedAttribute, *, is_alone: bool) -> SafeString:
    """A picture; the browser shows the words in its place when the file is another kind."""
    address = reverse("report_picture", args=[found.event_id, found.id])
    words = gettext("Attached file: %(name)s") % {"name": found.value}
    image = format_html('<img class="report-picture" src="{}" alt="{}" loading="lazy">', address, words)
    if not is_alone:
        return image
    download = reverse("event_file", args=[found.event_id, found.id])
    return format_html(
        '<figure>{}<figcaption><a href="{}">{}</a></figcaption></figure>', image, download, found.value
    )


def _object(found: ReferencedObject) -> SafeString:
    first = found.values[0]
    return format_html(
        '<span class="report-reference">{}{} {}</span>',
        icon("box", "small"),
        found.name,
        _value(first.value, first.type),
    )


def _object_table(found: ReferencedObject) -> SafeString:
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td>{}</td></tr>',
        ((value.relation, _value(value.value, value.type)) for value in found.values),
    )
    return format_html(
        '<table class="report-object"><caption>{}{}</caption><tbody>{}</tbody></table>',
        icon("box", "small"),
        found.name,
        rows,
    )


def _matrix(resolved: ResolvedReferences, found: ReferencedGalaxy) -> SafeString:
    chips = format_html_join(
        " ", "{}", ((tag_chip(tag, local=False, cluster_name=name),) for tag, name in found.clusters)
    )
    return format_html(
        '<span class="report-matrix"><a href="{}">{}{}</a> {}</span>',
        reverse("event_matrix", args=[resolved.event_id, found.uuid]),
        icon("layout-grid", "small"),
        found.name,
        chips or gettext("Nothing from it is on the event."),
    )
