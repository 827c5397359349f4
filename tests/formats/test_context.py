"""Context exports: ATT&CK matrix, technique sightings, tags and clusters, workbooks."""

from __future__ import annotations

import io
import json

from openpyxl import load_workbook

from tests.api.calls import send
from tests.factories.knowledge import make_attack
from tests.factories.seed import Seed
from tests.formats.exporting import export, make_hostile, make_published
from vardkase.intel.models import Attribute, AttributeTag, Event
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy, TaxonomyPredicate

PHISHING = 'misp-galaxy:mitre-attack-pattern="Phishing - T1566"'


def tagged(seed: Seed) -> Event:
    """A published event with a technique and a TLP tag on its attribute."""
    make_attack()
    taxonomy = Taxonomy.objects.create(namespace="tlp", description="<b>Who</b> may read")
    TaxonomyPredicate.objects.create(taxonomy=taxonomy, value="red", expanded="Few")
    event = make_published(seed, {"url": ["http://evil.example/"]})
    for name in (PHISHING, "tlp:red"):
        tag = Tag.objects.create(name=name, is_galaxy=name == PHISHING, colour="#ff0000")
        AttributeTag.objects.create(event=event, attribute=event.attributes.get(), tag=tag)
    return event


def test_matrix_counts_events(seed: Seed) -> None:
    tagged(seed)
    matrix = json.loads(export(seed.reader.key, "attack", scope="events"))
    assert (matrix["scores"], matrix["maxScore"]) == ({PHISHING: 1}, 1)
    nothing = json.loads(export(seed.reader.key, "attack", scope="events", eventid="999999"))
    assert nothing["scores"] == {}
    body = {"returnFormat": "attack", "attackGalaxy": "none"}
    assert send(seed.reader.key, "POST", "/events/restSearch", body).status_code == 404


def test_technique_sightings(seed: Seed) -> None:
    event = tagged(seed)
    for scope in ("events", "attributes"):
        (found,) = json.loads(export(seed.reader.key, "attack-sightings", scope=scope))
        assert found["id"] == str(event.attributes.get().uuid)
        assert found["techniques"] == [{"techniqueID": "T1566"}]
        assert found["startTime"] == found["endTime"]


def test_context_has_only_readable_data(seed: Seed) -> None:
    tagged(seed)
    context = json.loads(export(seed.partner.key, "context", scope="events"))
    assert [each["Tag"]["name"] for each in context["tags"]["tlp"]] == ["tlp:red"]
    assert [each["GalaxyCluster"]["tag_name"] for each in context["clusters"]["mitre-attack-pattern"]] == [
        PHISHING
    ]
    text = export(seed.partner.key, "context-markdown", scope="events")
    assert "*&lt;b&gt;Who&lt;/b&gt; may read*" in text
    Attribute.objects.update(distribution=0)
    for name in ("context", "context-markdown", "attack-sightings"):
        hidden = export(seed.partner.key, name, scope="events")
        assert "tlp:red" not in hidden, name
        assert '"Phishing' not in hidden.partition('"tags"')[2], name


def test_workbook_has_texts_instead_of_formulas(seed: Seed) -> None:
    event = make_hostile(seed)
    body = {"returnFormat": "xlsx", "published": [0, 1]}
    response = send(seed.reader.key, "POST", "/attributes/restSearch", body)
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active  # type: ignore[attr-defined]
    rows = list(sheet.iter_rows())
    assert rows[0][0].value == "uuid"
    assert len(rows) == event.attributes.count() + 1
    assert not any(cell.data_type == "f" for row in rows for cell in row)
