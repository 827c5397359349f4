"""Look-ups by id or uuid: hidden and missing are treated alike."""

from __future__ import annotations

import pytest

from tests.factories.seed import Seed
from tests.factories.whole_event import Setup, make_setup
from vardkase.core.errors import NotFound
from vardkase.intel.models import ObjectReference
from vardkase.intel.queries.find import find_attribute, find_event, find_object, find_reference, find_report


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def test_event_is_found_by_id_and_uuid(seed: Seed, setup: Setup) -> None:
    event = setup.event
    for reference in (event.pk, str(event.pk), event.uuid, str(event.uuid), str(event.uuid).upper()):
        found = find_event(seed.stranger.actor, reference)
        assert (found.id, found.uuid, found.org_id) == (event.pk, event.uuid, seed.org_a.pk)


@pytest.mark.parametrize(
    "reference", ["", "0", "-1", "1.5", "abc", "1 OR 1=1", "9" * 40, "²", "urn:uuid:x", f"{{{'0' * 32}}}"]
)
def test_invalid_references_raise_not_found(seed: Seed, setup: Setup, reference: str) -> None:
    for find in (find_event, find_attribute, find_object, find_reference, find_report):
        with pytest.raises(NotFound):
            find(seed.site_admin.actor, reference)


def test_parts_are_found_by_their_readers(seed: Seed, setup: Setup) -> None:
    actor = seed.partner.actor
    assert find_attribute(actor, setup.shared.uuid).value == "A and B"
    assert find_attribute(actor, setup.file_name.pk).event.id == setup.event.pk
    assert find_object(actor, setup.file.pk).name == "file"
    assert find_report(actor, setup.report.pk).content == "# Text"
    reference = ObjectReference.objects.earliest("pk")
    assert find_reference(actor, reference.uuid).referenced_uuid == setup.open.uuid


def test_hidden_parts_are_not_found(seed: Seed, setup: Setup) -> None:
    for find, part in (
        (find_attribute, setup.own),
        (find_attribute, setup.own_in_object),
        (find_object, setup.own_object),
        (find_report, setup.own_report),
    ):
        assert find(seed.analyst.actor, part.pk).id == part.pk
        for api_user in (seed.partner, seed.stranger):
            with pytest.raises(NotFound):
                find(api_user.actor, part.pk)


def test_reference_of_a_hidden_object_is_hidden(seed: Seed, setup: Setup) -> None:
    reference = ObjectReference.objects.earliest("pk")
    setup.file.distribution = 0
    setup.file.save()
    with pytest.raises(NotFound):
        find_reference(seed.partner.actor, reference.pk)


def test_deleted_parts_are_found_on_request(seed: Seed, setup: Setup) -> None:
    with pytest.raises(NotFound):
        find_attribute(seed.analyst.actor, setup.deleted.pk)
    assert find_attribute(seed.analyst.actor, setup.deleted.pk, deleted=True).deleted
    with pytest.raises(NotFound):
        find_attribute(seed.partner.actor, setup.deleted.pk, deleted=True)
    assert find_attribute(seed.partner_sync.actor, setup.deleted.pk, deleted=True).deleted
