"""The knowledge that the recordings use: all templates, taxonomies and noticelists, few galaxies and warninglists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pymisp import MISPObject

from tests.recordings.names import Names
from vardkase.knowledge import services
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.noticelists.models import Noticelist
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.sources.files import repository
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy
from vardkase.knowledge.warninglists.models import Warninglist

GALAXIES = ("360net", "ammunitions", "android", "country", "mitre-mobile-attack-attack-pattern")
WARNINGLISTS = (
    "alexa", "common-ioc-false-positive", "dynamic-dns", "findip-host", "public-dns-hostname", "public-dns-v4",
    "public-dns-v6", "whats-my-ip", "wikimedia", "zscaler",
)  # fmt: skip
LONGEST, NEEDED = 2_000, {"1.1.1.1", "8.8.8.8", "9.9.9.9"}
"""A longer warninglist is loaded only with the values that the recordings use."""
TAGS = {"likely": "#c71cae", "very-likely": "#6e408c", "almost-certain": "#84bcd4"}
TAGS |= {"roughly-even-chance": "#a3c94a", "unlikely": "#1cc8a5"}
"""The tags of relations between clusters, which MISP adds when it loads them."""
TEMPLATE_OF_FILES = "file", 24
"""Templates of the recorded objects; the packaged ones are newer."""
TOLD_APART = (
    (Galaxy, "uuid"),
    (GalaxyCluster, "uuid"),
    (ObjectTemplate, "uuid"),
    (Taxonomy, "namespace"),
    (Noticelist, "name"),
    (Warninglist, "name"),
)
"""What is loaded, and the member by which a recorded one is identified here."""


def place(folder: Path) -> None:
    """Prepare `folder` with the galaxies and warninglists to load."""
    galaxies, warninglists = repository("misp-galaxy"), repository("misp-warninglists")
    for name in GALAXIES:
        for kind in ("galaxies", "clusters"):
            _link(galaxies / kind / f"{name}.json", folder / "misp-galaxy" / kind / f"{name}.json")
    for name in WARNINGLISTS:
        inside = f"lists/{name}/list.json"
        document = json.loads((warninglists / inside).read_bytes())
        if len(document["list"]) > LONGEST:
            document["list"] = [*document["list"][:1], *NEEDED.intersection(document["list"])]
        placed = folder / "misp-warninglists" / inside
        placed.parent.mkdir(parents=True)
        placed.write_text(json.dumps(document), "utf-8")


def _link(original: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(original)


def load(names: Names, exchanges: Iterable[dict[str, Any]]) -> None:
    """Load the knowledge, and note which recorded id is which of ours."""
    services.update_all()
    DecayingModel.objects.all().delete()  # The recorded MISP had not updated its own.
    # The recorded MISP had enabled none; a new hub enables those of harmless values (warninglists/loader.py).
    Warninglist.objects.update(enabled=False)
    _store_template(*TEMPLATE_OF_FILES)
    for value, colour in TAGS.items():
        Tag.objects.create(name=f'estimative-language:likelihood-probability="{value}"', colour=colour)
    ours = {
        (model.__name__, str(name)): str(pk)
        for model, member in TOLD_APART
        for name, pk in model.objects.values_list(member, "pk")
    }
    for exchange in exchanges:
        for kind, id_, name in _named(exchange["response"]):
            if (kind, name) in ours:
                names.ids.setdefault((kind, id_), ours[kind, name])


def _store_template(name: str, version: int) -> None:
    definition = MISPObject(name)._definition
    assert definition
    ObjectTemplate.objects.get_or_create(
        uuid=definition["uuid"],
        version=version,
        defaults={
            "name": name,
            "meta_category": definition["meta-category"],
            "description": definition["description"],
            "definition": definition,
        },
    )


def _named(answer: Any) -> Iterator[tuple[str, str, str]]:
    """Kind, id and identifying member of every piece of knowledge in an answer."""
    if isinstance(answer, list):
        for element in answer:
            yield from _named(element)
    elif isinstance(answer, dict):
        for model, member in TOLD_APART:
            thing = answer.get(model.__name__)
            for one in thing if isinstance(thing, list) else [thing]:
                if isinstance(one, dict) and "id" in one and member in one:
                    yield model.__name__, str(one["id"]), str(one[member])
        for value in answer.values():
            yield from _named(value)
