"""Template tags that draw labels and components."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

from vardkase.web.template_folders import TEMPLATE_FOLDERS
from vardkase.web.ui import assets, chips

WEB = Path(assets.__file__).parent


def render(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template("{% load components %}" + source).render(Context(context))


def beacons(html: str, state: str) -> int:
    """How many beacons of the row are `lit` or `off`; one path draws them all."""
    path = re.search(rf'class="beacon-{state}" d="([^"]*)"', html)
    return path[1].count("M") if path else 0


def test_tlp_tag_renders_only_tlp_labels() -> None:
    assert (
        render("{% tlp 'tlp:amber+strict' %}") == '<span class="tlp tlp-amber-strict">TLP:AMBER+STRICT</span>'
    )
    assert render("{% tlp 'tlp:white' %}") == '<span class="tlp tlp-clear">TLP:WHITE</span>'
    assert render("{% tlp 'tlp:purple' %}") == ""
    assert render("{% tag_chip 'tlp:red' %}") == render("{% tlp 'tlp:red' %}")


@pytest.mark.parametrize(
    ("level", "lit", "words"), [(0, 1, "Only us"), (1, 2, "The hub"), (3, 4, "Everyone")]
)
def test_beacons_are_lit_from_the_left(level: int, lit: int, words: str) -> None:
    html = render("{% reach level %}", level=level)
    assert beacons(html, "lit") == lit
    assert beacons(html, "off") == 4 - lit
    assert words in html


def test_group_reach_shows_name_and_arc() -> None:
    html = render("{% reach 4 'Kommuner' %}")
    assert beacons(html, "lit") == 2
    assert "beacon-ring" in html
    assert "Kommuner" in html


def test_tag_is_split_into_namespace_and_value() -> None:
    html = render("""{% tag_chip 'misp-galaxy:threat-actor="APT 28"' %}""")
    assert "tag-galaxy" in html
    assert "Threat actor" in html
    assert "APT 28" in html
    technique = render("""{% tag_chip 'misp-galaxy:mitre-attack-pattern="Phishing - T1566"' %}""")
    assert "MITRE ATT&amp;CK</span>" in technique
    assert "<a href=" in technique
    assert "<a" not in render("""{% tag_chip 'misp-galaxy:threat-actor="APT 28"' link=False %}""")
    assert 'class="tag tag-local"' in render("{% tag_chip 'a:b' local=True %}")


def test_long_names_are_drawn_and_not_kept() -> None:
    before = chips._cached_tag_chip.cache_info().currsize
    assert "x" * 1_000 in chips.tag_chip("ns:" + "x" * 1_000)
    assert chips._cached_tag_chip.cache_info().currsize == before


def test_endless_names_of_others_are_cut() -> None:
    assert len(chips.tag_chip("ns:" + "x" * 1_000_000)) < 3_000


def test_name_full_of_separators_is_split_at_once() -> None:
    assert chips.tag_parts("a" + '="' * 1_000_000 + "x") == ("", "a" + '="' * 1_000_000 + "x")
    assert chips.tag_parts('a:b="c="d"') == ("a:b", 'c="d')


def test_hostile_names_are_escaped() -> None:
    bad = '"><script>alert(1)</script>'
    sources = (
        "{% tag_chip bad %}",
        "{% reach 4 bad %}",
        "{% value_text bad 'url' url=bad copy=True %}",
        "{% pill 'ok' bad %}",
        "{% panel bad %}{{ bad }}{% endpanel %}",
        "{% banner %}{{ bad }}{% endbanner %}",
        "{% fact bad %}{{ bad }}{% endfact %}",
        "{% select_row 'pk' bad bad %}",
    )
    for source in sources:
        assert "<script" not in render(source, bad=bad), source


def test_copy_menu_has_true_value() -> None:
    html = render("{% value_text 'https://a.example/' 'url' copy=True %}")
    assert 'data-copy="hxxps://a[.]example/"' in html
    assert 'data-copy="https://a.example/"' in html
    assert "<wbr>" in html


def test_long_value_is_folded_but_complete() -> None:
    text = "line\n" * 40
    html = render("{% value_text text 'text' %}", text=text)
    assert "<details" in html
    assert text in html


def test_every_icon_is_in_sprite() -> None:
    sprite = (assets.BUILT.parent / assets.manifest()["icons.svg"]).read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = {
        name
        for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]
        for name in re.findall(r"""icon\w*["']?\s*[:=( ]\s*["']([a-z0-9-]+)["']""", path.read_text())
    }
    assert used, "the search found nothing"
    assert used <= known, "build again: uv sync"


def test_templates_have_no_inline_scripts_styles_or_handlers() -> None:
    """JSON in a script element is data and does not run."""
    inline = re.compile(
        r"""<style|<script(?![^>]*\b(?:src=|type="application/json"))|\sstyle=|\son[a-z]+=|javascript:|hx-on""",
        re.IGNORECASE,
    )
    wrong = [path.name for path in WEB.rglob("*.html") if inline.search(path.read_text())]
    assert wrong == []


def test_script_size_is_limited() -> None:
    """Of every page, and of the pages with a graph or a timeline, which alone load the library that draws it."""
    sizes = {path.name.partition("-")[0]: path.stat().st_size for path in assets.BUILT.glob("*.js")}
    drawing = {
        "graph": ["event_graph.html", "graph.html", "value_graph.html", "cluster_graph.html"],
        "timeline": ["timeline.html"],
    }
    assert {"app", *drawing} <= sizes.keys()
    everywhere = sum(size for name, size in sizes.items() if name not in drawing)
    assert everywhere < 150_000
    for name, pages in drawing.items():
        assert everywhere + sizes[name] < 600_000
        loading = [
            path.name
            for folder in TEMPLATE_FOLDERS
            for path in folder.rglob("*.html")
            if f"{name}.js" in path.read_text()
        ]
        assert sorted(loading) == sorted(pages)
