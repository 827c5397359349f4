"""Loading libraries: newer versions replace older ones, and a second run does nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.factories.seed import Seed
from vardkase.knowledge import services
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.object_templates.models import ObjectRelationship, ObjectTemplate
from vardkase.knowledge.object_templates.queries import find_template
from vardkase.knowledge.sources.files import KnowledgeMissing, files, repository
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyEntry
from vardkase.knowledge.warninglists.loader import ENABLED_AT_FIRST
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry
from vardkase.knowledge.warninglists.services import set_enabled

GALAXY = "11111111-1111-4111-8111-111111111111"
FIRST, SECOND = "22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"
TEMPLATE = "44444444-4444-4444-8444-444444444444"


@pytest.fixture
def folder(tmp_path: Path, settings: Any, db: None) -> Path:
    """A small knowledge folder in the upstream layout, instead of the packages."""
    settings.VARDKASE_KNOWLEDGE_DIR = str(tmp_path)
    write(tmp_path, "misp-taxonomies/colour/machinetag.json", taxonomy(version=1))
    write(tmp_path, "misp-objects/objects/thing/definition.json", template(version=1))
    write(tmp_path, "misp-objects/relationships/definition.json", RELATIONSHIPS)
    write(tmp_path, "misp-galaxy/galaxies/pets.json", GALAXY_FILE)
    write(tmp_path, "misp-galaxy/clusters/pets.json", clusters(version=1))
    write(tmp_path, "misp-warninglists/lists/dns/list.json", warninglist(version=1))
    return tmp_path


def write(folder: Path, name: str, document: dict[str, Any]) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def taxonomy(version: int, value: str = "red") -> dict[str, Any]:
    return {
        "namespace": "colour",
        "version": version,
        "description": "Colours",
        "exclusive": True,
        "predicates": [{"value": "warm", "expanded": "Warm"}, {"value": "none"}],
        "values": [{"predicate": "warm", "entry": [{"value": value, "colour": "#ff0000"}]}],
    }


def template(version: int) -> dict[str, Any]:
    return {
        "uuid": TEMPLATE,
        "name": "thing",
        "version": version,
        "meta-category": "misc",
        "required": ["name"],
        "attributes": {"name": {"misp-attribute": "text", "ui-priority": 1, "multiple": True}},
    }


RELATIONSHIPS = {"version": 1, "values": [{"name": "eats", "description": "…", "format": ["misp"]}]}
GALAXY_FILE = {"uuid": GALAXY, "name": "Pets", "type": "pet", "version": 1, "namespace": "misp"}


def clusters(version: int, *values: dict[str, Any]) -> dict[str, Any]:
    cat = {
        "uuid": FIRST,
        "value": "Cat",
        "meta": {"synonyms": ["Moggy", "Puss"], "legs": "4"},
        "related": [
            {"dest-uuid": SECOND, "type": "similar", "tags": ["a:b"]},
            {"dest-uuid": "", "type": "broken"},
        ],
    }
    dog = {"uuid": SECOND, "value": "Dog"}
    return {"uuid": GALAXY, "type": "pet", "version": version, "values": list(values) or [cat, dog]}


def warninglist(version: int, *values: str) -> dict[str, Any]:
    entries = list(values) or ["8.8.8.8", "10.0.0.0/8", "2001:db8::/32", "no network", "8.8.8.8"]
    return {"name": "Resolvers", "type": "cidr", "version": version, "list": entries}


def test_everything_is_loaded_once(folder: Path, seed: Seed) -> None:
    updated = {loaded.name: loaded.updated for loaded in services.update_all()}
    assert {updated[name] for name in ("taxonomies", "object_templates", "galaxies", "warninglists")} == {1}
    assert Taxonomy.objects.get().predicates.count() == 2
    assert TaxonomyEntry.objects.get().colour == "#ff0000"
    assert find_template("thing").elements.get().multiple
    assert ObjectRelationship.objects.get().name == "eats"
    cat = GalaxyCluster.objects.get(uuid=FIRST)
    assert cat.tag_name == 'misp-galaxy:pet="Cat"'
    assert sorted(cat.elements.values_list("key", "value")) == [
        ("legs", "4"), ("synonyms", "Moggy"), ("synonyms", "Puss")
    ]  # fmt: skip
    relation = cat.relations.get()
    assert (str(relation.referenced_galaxy_cluster_uuid), relation.tags) == (SECOND, ["a:b"])
    assert Warninglist.objects.get().entry_count == 4
    set_enabled(seed.site_admin.actor, names=["Resolvers"], enabled=True)
    assert WarninglistEntry.objects.filter(network__isnull=True).get().value == "no network"
    assert [loaded.updated for loaded in services.update_all()] == [0] * 6


def test_newer_version_replaces_and_keeps_users_choices(folder: Path) -> None:
    services.update_all()
    Taxonomy.objects.update(enabled=True, required=True)
    Warninglist.objects.update(enabled=True)
    old = GalaxyCluster.objects.get(uuid=FIRST).pk
    own = GalaxyCluster.objects.create(
        galaxy=Galaxy.objects.get(), type="pet", value="Ours", tag_name='misp-galaxy:pet="x"', org_id=1
    )
    write(folder, "misp-taxonomies/colour/machinetag.json", taxonomy(version=2, value="orange"))
    write(folder, "misp-objects/objects/thing/definition.json", template(version=2))
    write(folder, "misp-galaxy/clusters/pets.json", clusters(2, {"uuid": FIRST, "value": "Big cat"}))
    write(folder, "misp-warninglists/lists/dns/list.json", warninglist(2, "9.9.9.9"))
    services.update_all()
    stored = Taxonomy.objects.get()
    assert (stored.version, stored.enabled, stored.required) == (2, True, True)
    assert TaxonomyEntry.objects.get().value == "orange"
    assert [t.version for t in ObjectTemplate.objects.filter(active=True)] == [2]
    assert ObjectTemplate.objects.count() == 2
    assert set(GalaxyCluster.objects.values_list("pk", "value")) == {(old, "Big cat"), (own.pk, "Ours")}
    assert GalaxyCluster.objects.get(pk=old).elements.count() == 0
    assert WarninglistEntry.objects.get().value == "9.9.9.9"
    assert Warninglist.objects.get().enabled


def test_lists_of_harmless_values_are_enabled_at_first(folder: Path) -> None:
    chosen = {**warninglist(1, "d41d8cd98f00b204e9800998ecf8427e"), "name": "Test virus", "type": "string"}
    write(folder, "misp-warninglists/lists/eicar.com/list.json", chosen)
    services.update_all()
    assert set(Warninglist.objects.values_list("name", "enabled")) == {
        ("Test virus", True),
        ("Resolvers", False),
    }
    Warninglist.objects.update(enabled=False)
    write(folder, "misp-warninglists/lists/eicar.com/list.json", {**chosen, "version": 2})
    services.update_all()
    assert not Warninglist.objects.get(name="Test virus").enabled


def test_every_list_that_is_enabled_at_first_is_packaged() -> None:
    packaged = {path.parent.name for path in files("misp-warninglists", "lists/*/list.json")}
    assert packaged >= ENABLED_AT_FIRST


def test_older_version_changes_nothing(folder: Path) -> None:
    write(folder, "misp-taxonomies/colour/machinetag.json", taxonomy(version=2))
    services.load()
    write(folder, "misp-taxonomies/colour/machinetag.json", taxonomy(version=1, value="blue"))
    services.load()
    assert (Taxonomy.objects.get().version, TaxonomyEntry.objects.get().value) == (2, "red")


def test_malformed_file_stores_nothing_of_its_kind(folder: Path) -> None:
    write(folder, "misp-taxonomies/zz/machinetag.json", {"namespace": "zz", "predicates": "none"})
    with pytest.raises(Exception, match="Expected `array`"):
        services.load()
    assert not Taxonomy.objects.exists()


def test_progress_is_reported(folder: Path) -> None:
    found: list[tuple[str, int, int]] = []
    services.update_all(lambda name, done, total: found.append((name, done, total)))
    assert ("galaxies", 1, 1) in found
    assert ("warninglists", 1, 1) in found


def test_packages_are_found_without_importing_them() -> None:
    before = set(sys.modules)
    assert (repository("misp-galaxy") / "clusters").is_dir()
    assert not {"pymispgalaxies", "pytaxonomies"} & (set(sys.modules) - before)


def test_missing_data_error_gives_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vardkase.knowledge.sources.files.find_spec", lambda _: None)
    with pytest.raises(KnowledgeMissing, match="VARDKASE_KNOWLEDGE_DIR"):
        repository("misp-galaxy")


def test_installed_libraries_load(seed: Seed, settings: Any) -> None:
    """Galaxies and warninglists take seconds and are left out."""
    settings.VARDKASE_KNOWLEDGE_DIR = ""
    for loader in services.QUICK[:4]:
        loaded = loader(lambda *_: None)
        assert loaded.updated == loaded.total > 0
    assert {model.org_id for model in DecayingModel.objects.all()} == {seed.site_admin.actor.organisation_id}
    assert Taxonomy.objects.get(namespace="tlp").exclusive
    assert find_template("file").elements.filter(object_relation="sha256").exists()


def test_tlp_is_enabled_at_first_and_later_left_unchanged(folder: Path) -> None:
    name = "misp-taxonomies/tlp/machinetag.json"
    write(folder, name, taxonomy(version=1) | {"namespace": "tlp"})
    services.update_all()
    assert dict(Taxonomy.objects.values_list("namespace", "enabled")) == {"colour": False, "tlp": True}
    Taxonomy.objects.update(enabled=False)
    write(folder, name, taxonomy(version=2) | {"namespace": "tlp"})
    services.update_all()
    assert not Taxonomy.objects.get(namespace="tlp").enabled
