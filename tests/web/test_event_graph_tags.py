"""Tags in the graph of an event that its reader may not know of."""

from __future__ import annotations

import pytest

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.event_graphs.queries import has_tagged_parts
from vardkase.intel.models import AttributeTag

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.mark.parametrize("how", ["reserved", "cluster"])
def test_graph_says_nothing_of_tags_that_are_hidden(seed: Seed, how: str) -> None:
    event = make_event(seed.org_a, distribution=3, published=True)
    event.save()
    attribute = make_attribute(event)
    attribute.save()
    if how == "reserved":
        tag = make_tag("campaign:ours", org_id=seed.org_a.pk)
    else:
        hidden = make_cluster(
            make_galaxy("tool"),
            "Kit",
            default=False,
            org_id=seed.org_a.pk,
            orgc_id=seed.org_a.pk,
            distribution=0,
        )
        tag = make_tag(hidden.tag_name, is_galaxy=True)
    AttributeTag.objects.create(event=event, attribute=attribute, tag=tag)
    for reader, offered in ((seed.analyst, True), (seed.stranger, False)):
        assert has_tagged_parts(reader.actor, event.pk) is offered
        page = signed_in(reader).get(f"/event/{event.pk}/graph/", HTTP_ACCEPT_LANGUAGE="en")
        assert ("Neither the event nor any part of it has tags" not in page.text) is offered
