"""The header of an event's pages: who sees it, its TLP against its distribution, galaxies, and what is to be done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_sharing_group
from tests.factories.event_page import Setup, make_setup, text_of, visitor
from tests.factories.knowledge import make_attack, make_tag
from tests.factories.seed import Seed
from vardkase.intel.models import Event, EventTag
from vardkase.intel.proposals.models import Proposal

pytestmark = pytest.mark.usefixtures("password_is_enough")

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def header_of(client: Client, event: Event) -> Any:
    return client.get(f"/event/{event.pk}/").context


def put_on(event: Event, *names: str) -> None:
    for name in names:
        EventTag.objects.create(event=event, tag=make_tag(name, is_galaxy=name.startswith("misp-galaxy:")))


def texts(context: Any) -> list[str]:
    return [one.text for one in context["to_dos"]]


def test_owner_reads_by_name_who_can_see_the_event(seed: Seed, setup: Setup) -> None:
    readers = header_of(visitor(seed.reader), setup.event)["readers"]
    assert readers.words == "3 other organisations"
    assert readers.names == ["Hub", "Organisation B", "Organisation C"]
    assert header_of(visitor(seed.reader), setup.draft)["readers"].words == "Only Organisation A"


def test_other_organisations_do_not_learn_who_else_can_see_it(seed: Seed, setup: Setup) -> None:
    readers = header_of(visitor(seed.stranger), setup.event)["readers"]
    assert (readers.words, list(readers.names)) == ("Every organisation on this hub", [])


def test_group_that_hides_its_members_tells_only_their_number(seed: Seed, setup: Setup) -> None:
    seed.group.hides_members = True
    seed.group.org = seed.org_c
    seed.group.save()
    Event.objects.filter(pk=setup.event.pk).update(distribution=4, sharing_group=seed.group)
    readers = header_of(visitor(seed.reader), setup.event)["readers"]
    assert readers.words.endswith("other organisations") or readers.words.endswith("other organisation")
    assert readers.names == []


def test_draft_says_who_will_see_it_once_published(seed: Seed, setup: Setup, settings: Any) -> None:
    settings.VARDKASE_UNPUBLISHED_PRIVATE = True
    Event.objects.filter(pk=setup.draft.pk).update(distribution=1)
    readers = header_of(visitor(seed.reader), setup.draft)["readers"]
    assert readers.words == "Only Organisation A until published"
    assert readers.later == "3 other organisations"


def test_tlp_narrower_than_the_distribution_is_remarked(seed: Seed, setup: Setup) -> None:
    Event.objects.filter(pk=setup.draft.pk).update(distribution=1)
    admin = header_of(visitor(seed.org_admin), setup.draft)
    assert "TLP:RED is only for named recipients." in texts(admin)
    # Who cannot change it reads it beside the distribution.
    page = text_of(visitor(seed.stranger).get(f"/event/{setup.draft.pk}/"))
    assert "Wider than TLP allows" in page
    assert not header_of(visitor(seed.org_admin), setup.event)["tlp_findings"]


def test_tlp_does_not_tell_who_is_in_a_group_that_hides_its_members(seed: Seed, setup: Setup) -> None:
    orgs = [seed.org_a, seed.org_b, seed.org_c]
    group = make_sharing_group(seed.org_a, orgs, hides_members=True)
    Event.objects.filter(pk=setup.draft.pk).update(distribution=4, sharing_group=group)
    for outsider in (seed.stranger, seed.partner):
        assert not header_of(visitor(outsider), setup.draft)["tlp_findings"]
    for insider in (seed.org_admin, seed.reader, seed.site_admin):
        assert header_of(visitor(insider), setup.draft)["tlp_findings"]
    group.hides_members = False
    group.save()
    assert header_of(visitor(seed.stranger), setup.draft)["tlp_findings"]


def test_to_dos_are_those_the_reader_can_do(seed: Seed, setup: Setup) -> None:
    attribute = setup.attribute("198.51.100.23")
    Proposal.objects.create(
        event=setup.event, attribute=attribute, org=seed.org_b,
        uuid=attribute.uuid, type="ip-dst", category="Network activity", value1="198.51.100.99", to_ids=False,
        timestamp=1_800_000_000,
    )  # fmt: skip
    assert "1 proposal is waiting for your decision." in texts(
        header_of(visitor(seed.org_admin), setup.event)
    )
    for other in (seed.stranger, seed.reader):
        assert texts(header_of(visitor(other), setup.event)) == []
    (draft,) = header_of(visitor(seed.reader), setup.draft)["to_dos"]
    assert draft.url == ""


def test_marking_that_stops_publication_is_a_to_do(seed: Seed, setup: Setup) -> None:
    Event.objects.filter(pk=setup.draft.pk).update(info="BEGRÄNSAT HEMLIG")
    assert any(
        "security-classified" in text.lower()
        for text in texts(header_of(visitor(seed.org_admin), setup.draft))
    )


def test_matrix_is_offered_for_few_techniques_and_to_those_who_tag(seed: Seed, setup: Setup) -> None:
    attack = make_attack()
    path = f"/event/{setup.event.pk}/matrix/{attack.uuid}/"
    analyst, stranger = visitor(seed.analyst), visitor(seed.stranger)
    assert path in text_of(analyst.get(f"/event/{setup.event.pk}/"))
    assert path not in text_of(visitor(seed.reader).get(f"/event/{setup.event.pk}/"))
    put_on(setup.event, 'misp-galaxy:mitre-attack-pattern="Phishing - T1566"')
    assert path in text_of(stranger.get(f"/event/{setup.event.pk}/"))
    attack.enabled = False
    attack.save()
    assert header_of(analyst, setup.event)["attack_matrix"] is None


def test_each_galaxy_is_one_line(seed: Seed, setup: Setup) -> None:
    make_attack()
    put_on(setup.event, *(f'misp-galaxy:mitre-attack-pattern="Technique {n} - T1{n:03}"' for n in range(64)))
    put_on(setup.event, 'misp-galaxy:threat-actor="Sofacy"', f'misp-galaxy:own="{SCRIPT}"', SCRIPT)
    client = visitor(seed.stranger)
    context = header_of(client, setup.event)
    lines = [(line.name, line.counted, line.is_folded) for line in context["galaxies"]]
    assert lines[0] == ("MITRE ATT&CK", "64 techniques", True)
    assert ("Threat actor", "1 cluster", False) in lines
    page = text_of(client.get(f"/event/{setup.event.pk}/"))
    assert SCRIPT not in page
    assert "MITRE ATT&amp;CK" in page
