"""What the filters remove from a document, and how they lower its distribution, between two instances."""

from __future__ import annotations

from typing import Any

import pytest

from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync.inbound import InboundFilter
from vardkase.exchange.sync.outbound import OutboundFilter


def annotated_event() -> dict[str, Any]:
    """An event with notes of every distribution, and an opinion on one of them."""
    notes = [{"note": f"reach {reach}", "distribution": str(reach)} for reach in (0, 1, 2, 3, 5)]
    notes[3]["Opinion"] = [
        {"comment": "ours", "distribution": "1"},
        {"comment": "theirs", "distribution": "2"},
    ]
    attribute = {"value": "a", "distribution": "5", "Note": [{"note": "near", "distribution": "1"}]}
    return {"distribution": "3", "Note": notes, "Attribute": [attribute]}


@pytest.mark.parametrize("internal", [False, True])
def test_analyst_data_is_not_sent_inside_the_event(internal: bool) -> None:
    """MISP would store it unlocked and refuse later versions; it is sent separately."""
    sent = OutboundFilter(internal=internal).event(annotated_event())
    assert "Note" not in sent
    assert "Note" not in sent["Attribute"][0]


def test_incoming_analyst_data_loses_one_step_of_distribution() -> None:
    arrived = InboundFilter(trusted=False).event(annotated_event())
    assert [each["distribution"] for each in arrived["Note"]] == ["0", 0, 1, "3", "5"]
    assert [each["distribution"] for each in arrived["Note"][3]["Opinion"]] == [0, 1]
    assert arrived["Attribute"][0]["Note"][0]["distribution"] == 0


def test_internal_connection_changes_nothing() -> None:
    assert InboundFilter(trusted=True).event(annotated_event())["Note"] == annotated_event()["Note"]


def test_sharing_group_parts_are_sent_only_to_its_servers() -> None:
    """The other hub finds itself in the group by its URL, and learns of no third server."""
    servers = [{"server_id": "0", "Server": {"id": "0"}}, {"server_id": "3"}, {"server_id": "4"}]
    group = {"uuid": "of two hubs", "SharingGroupServer": servers}
    inside = [{"value": number, "distribution": "4", "sharing_group_id": number} for number in ("7", "8")]
    event = {"distribution": "4", "sharing_group_id": "7", "SharingGroup": group, "Attribute": inside}
    server = Server(pk=3, name="B", url="https://b.example")
    sent = OutboundFilter(internal=False, groups=frozenset({7}), server=server).event(event)
    assert [each["value"] for each in sent["Attribute"]] == ["7"]
    named = {"id": "3", "url": "https://b.example", "name": "B"}
    assert sent["SharingGroup"]["SharingGroupServer"] == [
        servers[0],
        {"server_id": "3", "Server": named},
        servers[2],
    ]
    assert OutboundFilter(internal=True).event(event)["Attribute"] == []
