"""The context of events as Markdown, in MISP's layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from vardkase.formats.context.collected import Context, InGalaxy
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.rules import colour_of

LONGEST = 300
"""Characters of a cluster's description."""
SPECIAL = re.compile(r"([\\`*_\[\]|])")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
ICON = re.compile(r"[a-z0-9-]+", re.ASCII)


def document(context: Context, base_url: str) -> str:
    """The whole text. User input is shown literally: it can neither act as markup nor break the line."""
    lines = ["# Aggregated context data", "## Tags and Taxonomies", *_tags(context), "## Galaxy Clusters"]
    lines += [line for clusters in context.clusters.values() for line in _galaxy(clusters, base_url)]
    return "\n".join(lines) + ("" if context.clusters else "\n")


def _tags(context: Context) -> Iterator[str]:
    namespace = None
    for tag, meaning in sorted(context.tags, key=lambda pair: pair[1].taxonomy.namespace if pair[1] else ""):
        if meaning is None:
            continue
        if meaning.taxonomy.namespace != namespace:
            namespace = meaning.taxonomy.namespace
            yield f"#### {escape_markdown(namespace)}"
            yield f"*{escape_markdown(meaning.taxonomy.description)}*"
        yield f"- {_label(tag)}\n"
        part = meaning.entry or meaning.predicate
        # The two may be the same text, which is then shown once.
        texts = dict.fromkeys(text for text in (part.expanded, part.description) if text)
        yield f"    - **{escape_markdown(part.value)}**: {escape_markdown(' '.join(texts))}"
    if namespace is None:
        yield ""


def _label(tag: Tag) -> str:
    # A colour comes from elsewhere and goes into a style attribute.
    colour = tag.colour if COLOUR.fullmatch(tag.colour) else colour_of(tag.name)
    # Black text on light colours and white on dark ones, by the brightness that the eye sees (ITU-R BT.601).
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    text_colour = "black" if (299 * red + 587 * green + 114 * blue) / 1000 > 127 else "white"
    style = f"background-color: {colour}; color: {text_colour}"
    name = escape(" ".join(tag.name.split()))
    return f'<span class="tag-container"><span class="tag" style="{style}">{name}</span></span>'


def _galaxy(clusters: list[InGalaxy], base_url: str) -> Iterator[str]:
    galaxy = clusters[0].galaxy
    icon = f'<i class="fas fa-{galaxy["icon"]}"></i> ' if ICON.fullmatch(galaxy["icon"]) else ""
    yield f"#### {icon}{escape_markdown(galaxy['name'])}"
    yield f"*{escape_markdown(galaxy['description'])}*"
    for item in clusters:
        text = item.cluster["description"]
        cut = f"{text[:LONGEST]}..." if len(text) > LONGEST else text
        yield f"- *[{escape_markdown(item.cluster['value'])}]({base_url}/galaxy_clusters/view/{item.cluster['id']})*"
        yield escape_markdown(cut)


def escape_markdown(text: str) -> str:
    return SPECIAL.sub(r"\\\1", escape(" ".join(text.split()), quote=False))
