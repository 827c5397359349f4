"""A module's answer is material: what may not come along with it."""

from __future__ import annotations

from vardkase.formats.incoming.module_answers import document_of

GROUP = {"uuid": "8f10c4ec-f6e6-42fa-8dec-265bfe982f1d", "SharingGroupOrg": [{"org_id": "3"}]}


def test_it_describes_no_sharing_group() -> None:
    """Storing one would let organisations into a group of whoever asked."""
    inside = {"type": "domain", "value": "a.example", "distribution": "4", "SharingGroup": GROUP}
    results = {
        "Attribute": [inside],
        "Object": [{"name": "x", "SharingGroup": GROUP, "Attribute": [inside]}],
        "EventReport": [{"name": "r", "SharingGroup": GROUP}],
    }
    document = document_of({"results": results}, "comment")
    assert len(document["Attribute"]) == len(document["Object"]) == len(document["EventReport"]) == 1
    assert "SharingGroupOrg" not in str(document)
