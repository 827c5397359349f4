"""Sightings of a search in other formats than JSON."""

from __future__ import annotations

from tests.api.calls import send
from tests.cast import Cast
from tests.formats.exporting import parsed, whole
from tests.intel.sighted import attribute_of, beacons, sight


def test_sightings_as_xml(cast: Cast) -> None:
    attribute = attribute_of(beacons(cast), "198.51.100.1")
    sight(cast.analyst, attribute.pk, source="</source>&\x07")
    response = send(cast.analyst.key, "POST", "/sightings/restSearch", {"returnFormat": "xml", "last": "1d"})
    (found,) = parsed(whole(response)).iter("Sighting")
    assert found.findtext("attribute_id") == str(attribute.pk)
    assert found.findtext("source") == "</source>& "
    assert response["Content-Type"] == "application/xml; charset=UTF-8"
