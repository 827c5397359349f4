"""The timeline of an event on the web, at the ends of time."""

from __future__ import annotations

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.models import Attribute
from vardkase.intel.services.samples import FILE_TEMPLATE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


def test_what_lasts_for_ever_is_shown_and_edited(seed: Seed) -> None:
    last = "9999-12-31T23:59:59.999999+00:00"
    value = {"type": "text", "value": "kept", "first_seen": "0001-01-01T00:00:00Z", "last_seen": last}
    held = {"type": "md5", "object_relation": "md5", "value": "1" * 32}
    file = {
        "name": "file", "meta-category": "file", "template_uuid": FILE_TEMPLATE, "last_seen": last, "Attribute": [held],
    }  # fmt: skip
    event = {"info": "x", "date": "2026-11-29", "Attribute": [value], "Object": [file]}
    status, answer = call(seed.analyst.key, "POST", "/events/add", event)
    assert status == 200, answer
    web, path = signed_in(seed.analyst), f"/event/{answer['Event']['id']}"
    attribute = Attribute.objects.get(value1="kept")
    call(
        seed.analyst.key,
        "POST",
        f"/shadow_attributes/edit/{attribute.pk}",
        {"last_seen": last, "comment": "p"},
    )
    for page in ("", "timeline/", "graph/", "proposals/"):
        assert web.get(f"{path}/{page}").status_code == 200, page
    assert "9999" in web.get(f"{path}/timeline/").content.decode()
    address = f"{path}/attribute/{attribute.pk}/edit/"
    form = web.get(address).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    sent |= {
        "last_seen": "9999-12-31T23:59:59",
        "comment": "changed",
        "mark": web.get(address).context["mark"],
    }
    assert web.post(address, sent).status_code == 302
    after = Attribute.objects.get(pk=attribute.pk)
    assert after.comment == "changed"
    assert (after.first_seen, after.last_seen) == (attribute.first_seen, attribute.last_seen)
