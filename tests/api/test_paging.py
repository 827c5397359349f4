"""Every list has a largest page, whether or not a client asks for more."""

from __future__ import annotations

import json

import pytest

from tests.api.calls import send
from tests.factories.seed import Seed
from vardkase.api.galaxies import cluster_relations
from vardkase.api.tags import reading
from vardkase.knowledge.taxonomies.models import Tag


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["p1", "p2"]),
        ("?limit=1000", ["p1", "p2"]),
        ("?limit=0", ["p1", "p2"]),
        ("?limit=-1", ["p1", "p2"]),
        ("?page=2", ["p3"]),
        ("?limit=1&page=3", ["p3"]),
        ("?page=3", []),
    ],
)
def test_list_is_cut_at_largest_page(
    seed: Seed, monkeypatch: pytest.MonkeyPatch, asked: str, names: list[str]
) -> None:
    Tag.objects.all().delete()
    Tag.objects.bulk_create(Tag(name=f"p{number}", colour="#000000") for number in (1, 2, 3))
    monkeypatch.setattr(reading, "STREAMED", 2)
    answer = send(seed.site_admin.key, "GET", f"/tags/index{asked}")
    assert [tag["name"] for tag in json.loads(answer.content)["Tag"]] == names


def test_cluster_relations_are_paged_by_a_thousand() -> None:
    """All of them with both their clusters were 166 MB in one answer."""
    assert cluster_relations.MOST <= 1_000
