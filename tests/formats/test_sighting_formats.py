"""Sightings in formats other than JSON."""

from __future__ import annotations

from tests.api.calls import send
from tests.factories.seed import Seed
from tests.factories.sightings import attribute_of, beacons, sight
from tests.formats.exporting import parsed, whole


def test_sightings_as_xml(seed: Seed) -> None:
    attribute = attribute_of(beacons(seed), "198.51.100.1")
    sight(seed.analyst, attribute.pk, source="</source>&\x07")
    response = send(seed.analyst.key, "POST", "/sightings/restSearch", {"returnFormat": "xml", "last": "1d"})
    (found,) = parsed(whole(response)).iter("Sighting")
    assert found.findtext("attribute_id") == str(attribute.pk)
    assert found.findtext("source") == "</source>& "
    assert response["Content-Type"] == "application/xml; charset=UTF-8"
