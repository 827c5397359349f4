"""Reports hold what strangers wrote: none of it becomes markup, whichever field, reference or file it came in."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from uuid import uuid4

import pytest

from tests.factories.event_page import text_of, visitor
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import Seed
from tests.intel.event_reports.test_reports import make_event, make_report
from vardkase.core.markdown import LONGEST
from vardkase.formats.report_pdf import blocks
from vardkase.intel.event_reports.drafts import LONGEST_CONTENT
from vardkase.intel.event_reports.markdown import report_tokens
from vardkase.intel.event_reports.models import ReportTemplate
from vardkase.intel.event_reports.references import resolve_references
from vardkase.intel.event_reports.templates import filled
from vardkase.intel.models import Attribute, EventReport, Object
from vardkase.intel.queries.find import find_event
from vardkase.web.intel.event_reports.rendering import LONGEST_REFERENCES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

EVIL = "\"'><script>evil()</script><img src=x onerror=evil()><svg/onload=evil()>{{evil}}"
MARKDOWN = [
    EVIL,
    "[x](javascript:evil())",
    "![x](https://evil.example/track.png)",
    "<javascript:evil()>",
    "<https://evil.example/>",
    "[x]: javascript:evil()\n\n[x]",
    "```\"><script>evil()</script>\n</code></pre><script>evil()</script>\n```",
    "```mermaid\n</code></pre><script>evil()</script>\n```",
    "``` mermaid onload=evil()\ngraph\n```",
    "| <script>evil()</script> | b |\n|---|:-:|\n| \" onclick=evil() | x |",
    "&lt;script&gt;evil()&lt;/script&gt; &#60;script&#62;evil()",
    "# <script>evil()</script>",
    "@[tag](x:y=\"<script>evil()</script>\")",
    "@[tag](misp-galaxy:tool=\"\" onmouseover=evil())",
    "@[tag](javascript:evil())",
    "@[suggestion](<script>evil()</script>)",
    "@[suggestion](\" onmouseover=\"evil())",
    "@[attribute](\"><script>evil()</script>)",
    "@![attribute](javascript:evil())",
    "@[other](<script>evil()</script>)",
    "\\<script>evil()\\</script>",
    "&#x6A;avascript:evil() @[tag](\u202ex) \ufffe\x1b[31m",
]  # fmt: skip
HARMLESS = {
    "a": ("class", "href"),
    "img": ("class", "src", "alt", "loading"),
    "ol": ("start",),
    "pre": ("tabindex",),
    "span": ("class", "title"),
    "svg": ("class", "aria-hidden", "role", "aria-label"),
    "table": ("class",),
    "th": ("scope",),
    "use": ("href",),
    "code": ("class",),
}
PLAIN = (
    "blockquote", "br", "caption", "div", "em", "figcaption", "figure", "h3", "h4", "h5", "h6", "hr", "li", "p",
    "strong", "tbody", "td", "thead", "tr", "ul", "wbr",
)  # fmt: skip


class Elements(HTMLParser):
    """Fails at whatever could run or load something that the hub did not mean."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in HARMLESS or tag in PLAIN, tag
        for name, value in attrs:
            assert name in HARMLESS.get(tag, ()), (tag, name)
            if name in ("href", "src"):
                assert re.match(r"/(?!/)", value or ""), (tag, value)


class Handlers(HTMLParser):
    """Of a whole page, which has more elements: fails at handlers and at scripts that are not files of the hub."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert not (value or "").lower().startswith("javascript:"), (tag, value)
        assert tag not in ("script", "iframe") or dict(attrs).get("src", "").startswith("/static/"), tag


def assert_harmless(page: str) -> None:
    Handlers().feed(page)
    for _, text in re.findall(r'<(article|div)[^>]*class="prose[^>]*>(.*?)</\1>', page, re.DOTALL):
        Elements().feed(text)


def test_markdown_of_others_stays_text(seed: Seed) -> None:
    event = make_event(seed.analyst)
    report = make_report(seed.analyst, event, content="x", name=EVIL)
    web, path = visitor(seed.analyst), f"/event/{event['id']}"
    for text in MARKDOWN:
        content = f"before {text}\n\n{text}\n\nafter"
        EventReport.objects.update(content=content)
        for part in ("", "edit/"):
            assert_harmless(text_of(web.get(f"{path}/report/{report['id']}/{part}")))
        sent = {"content": content, "name": EVIL, "draft": str(uuid4())}
        preview = text_of(web.post(f"{path}/reports/draft/", sent))
        Elements().feed(re.split(r'<span\s+id="draft-state"', preview)[0])
        assert web.get(f"{path}/report/{report['id']}/pdf/").status_code == 200
    assert_harmless(text_of(web.get(f"{path}/reports/")))


def test_labels_of_what_is_referred_to_stay_text(seed: Seed) -> None:
    galaxy = make_galaxy("evil", name=EVIL, kill_chain_order={"x": ["y"]})
    cluster = make_cluster(galaxy, EVIL)
    event = make_event(
        seed.analyst,
        info=EVIL,
        Attribute=[{"type": "text", "value": EVIL}, {"type": "attachment", "value": "a", "data": "eA=="}],
        Tag=[{"name": cluster.tag_name}],
    )
    Attribute.objects.filter(type="attachment").update(value1=EVIL)
    held = Object.objects.create(
        event_id=event["id"], name=EVIL, meta_category="x", timestamp=1, distribution=5
    )
    Attribute.objects.filter(type="text").update(object=held, object_relation=EVIL, distribution=5)
    first, second = Attribute.objects.order_by("type")
    text = (
        f"@[attribute]({second.uuid}) @[object]({held.uuid}) @![attribute]({first.uuid})\n\n"
        f"@[object]({held.uuid})\n\n@![attribute]({first.uuid})\n\n@[galaxymatrix]({galaxy.uuid})\n"
    )
    report = make_report(seed.analyst, event, content=text)
    web, path = visitor(seed.analyst), f"/event/{event['id']}"
    page = text_of(web.get(f"{path}/report/{report['id']}/"))
    assert "not available" not in page
    assert_harmless(page)
    for address in ("reports/references/", f"report/{report['id']}/edit/", f"report/{report['id']}/extract/"):
        assert_harmless(text_of(web.get(f"{path}/{address}")))


def test_imported_page_and_template_stay_text(seed: Seed) -> None:
    event = make_event(seed.analyst)
    web, path = visitor(seed.analyst), f"/event/{event['id']}"
    file = BytesIO(
        b"<html><title>&lt;script&gt;evil()&lt;/script&gt;</title><body onload=evil()><p>&lt;script&gt;evil()"
        b"&lt;/script&gt;<a href='javascript:evil()'>x</a><img src=x onerror=evil()><iframe src=//evil></iframe></p>"
    )
    file.name = '"><script>evil()</script>.html'
    assert web.post(f"{path}/reports/import/", {"distribution": "5", "file": file}).status_code == 302
    stored = EventReport.objects.get()
    assert_harmless(text_of(web.get(f"{path}/report/{stored.pk}/")))
    ReportTemplate.objects.create(
        org=seed.org_a, name=EVIL, content=EVIL, modified="2026-11-29T12:00:00Z", all_orgs=True
    )
    assert_harmless(text_of(web.get("/report-templates/")))
    assert_harmless(text_of(web.get(f"{path}/reports/new/")))


def test_hostile_text_is_read_in_bounded_time() -> None:
    for unit in ("@[tag](", "@", "> ", "- ", "*a ", "`", "|", "![](", "@[attribute]("):
        report_tokens(unit * (LONGEST // len(unit)))


def test_references_to_long_values_are_shown_in_bounded_space(seed: Seed) -> None:
    event = make_event(seed.analyst, Attribute=[{"type": "text", "value": "A<" * 30_000}])
    held = Object.objects.create(
        event_id=event["id"], name="file", meta_category="x", timestamp=1, distribution=5
    )
    rows = [
        Attribute(
            event_id=event["id"], object=held, type="text", category="Other", value1="\u200b" * 3_000 + str(number),
            timestamp=1, distribution=5, to_ids=False,
        )
        for number in range(50)
    ]  # fmt: skip
    Attribute.objects.bulk_create(rows)
    value = event["Attribute"][0]["uuid"]
    for unit in (f"@[attribute]({value})\n", f"@[object]({held.uuid})\n\n"):
        content = unit * 1_200
        report = make_report(seed.analyst, event, content=content)
        web, path = visitor(seed.analyst), f"/event/{event['id']}"
        for page in (
            web.get(f"{path}/report/{report['id']}/"),
            web.post(f"{path}/reports/draft/", {"content": content, "name": "n", "draft": str(uuid4())}),
        ):
            assert len(page.content) < LONGEST_REFERENCES + 300_000
            assert b"report-reference" in page.content or b"report-object" in page.content
        actor = seed.analyst.actor
        resolved = resolve_references(actor, find_event(actor, event["id"]), content)
        printed = blocks.blocks_of(report_tokens(content), resolved, {})
        assert len(str(printed)) < 5 * blocks.LONGEST_REFERENCES + 1_000_000


def test_title_is_filled_in_once_and_not_multiplied(seed: Seed) -> None:
    event = make_event(seed.analyst, info="{{organisation}}" + "x" * 60_000)
    row = find_event(seed.analyst.actor, event["id"])
    text = filled(
        seed.analyst.actor, "{{event}} by {{organisation}}, {{other}}\n" * 2_500, row, date(2026, 11, 29)
    )
    assert len(text) < LONGEST_CONTENT
    assert text.startswith("{{organisation}}xxx")
    assert text.endswith(f"by {seed.org_a.name}, {{{{other}}}}\n")
    assert len(filled(seed.analyst.actor, "{{event}}" * 11_000, row, date(2026, 11, 29))) == LONGEST_CONTENT
