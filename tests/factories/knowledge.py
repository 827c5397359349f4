"""Galaxies, clusters and tags as bare rows."""

from __future__ import annotations

from typing import Any

from vardkase.identity.organisations.models import Organisation
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyElement
from vardkase.knowledge.tag_collections.models import TagCollection, TagCollectionTag
from vardkase.knowledge.taxonomies.models import Tag, TagMaker


def make_galaxy(type_: str = "threat-actor", **fields: Any) -> Galaxy:
    """A packaged galaxy, saved."""
    return Galaxy.objects.create(**{"name": type_.title(), "type": type_} | fields)


def make_cluster(galaxy: Galaxy, value: str, /, **fields: Any) -> GalaxyCluster:
    """A packaged cluster, saved, unless `fields` say otherwise."""
    named = {"value": value, "type": galaxy.type, "tag_name": f'misp-galaxy:{galaxy.type}="{value}"'}
    return GalaxyCluster.objects.create(galaxy=galaxy, **named | {"default": True} | fields)


def make_attack() -> Galaxy:
    """A small ATT&CK with two techniques, T1566 and T1053."""
    order = {"pre": ["plan"], "attack-Linux": ["initial-access", "execution"]}
    galaxy = make_galaxy("mitre-attack-pattern", kill_chain_order=order)
    for value, code, places in (
        ("Phishing - T1566", "T1566", ["attack-Linux:initial-access", "attack-Linux:execution"]),
        ("Cron - T1053", "T1053", ["attack-Linux:execution", "attack-Linux:unheard-of"]),
    ):
        cluster = make_cluster(galaxy, value)
        for key, text in (("external_id", code), *(("kill_chain", place) for place in places)):
            GalaxyElement.objects.create(galaxy_cluster=cluster, key=key, value=text)
    return galaxy


def make_tag(name: str, **fields: Any) -> Tag:
    """A tag as a site administrator adds it: for everyone, unless `fields` say otherwise."""
    tag = Tag.objects.create(name=name, **fields)
    TagMaker.objects.create(tag=tag, org_id=0)
    return tag


def make_tags(*names: str) -> None:
    for name in names:
        make_tag(name)


def make_collection(organisation: Organisation, /, *tags: Tag, **fields: Any) -> TagCollection:
    collection = TagCollection.objects.create(org=organisation, **{"name": "Collection"} | fields)
    for tag in tags:
        TagCollectionTag.objects.create(tag_collection=collection, tag=tag)
    return collection
