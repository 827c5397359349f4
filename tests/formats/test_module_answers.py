"""What is not accepted from a module's answer."""

from __future__ import annotations

from vardkase.formats.incoming.module_answers import document_of

GROUP = {"uuid": "8f10c4ec-f6e6-42fa-8dec-265bfe982f1d", "SharingGroupOrg": [{"org_id": "3"}]}


def test_sharing_group_description_is_removed() -> None:
    """Storing one would add organisations to a group of the user."""
    inside = {"type": "domain", "value": "a.example", "distribution": "4", "SharingGroup": GROUP}
    results = {
        "Attribute": [inside],
        "Object": [{"name": "x", "SharingGroup": GROUP, "Attribute": [inside]}],
        "EventReport": [{"name": "r", "SharingGroup": GROUP}],
    }
    document = document_of({"results": results}, "comment")
    assert len(document["Attribute"]) == len(document["Object"]) == len(document["EventReport"]) == 1
    assert "SharingGroupOrg" not in str(document)
