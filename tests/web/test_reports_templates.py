"""Templates of reports: an organisation's own, and the hub's for everyone."""

from __future__ import annotations

import pytest

from tests.factories.event_page import text_of, visitor
from tests.factories.seed import Seed
from tests.intel.event_reports.test_reports import make_event
from vardkase.identity.accounts.models import Role
from vardkase.intel.event_reports.models import ReportTemplate
from vardkase.intel.event_reports.templates import starters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

ADDRESS = "/report-templates/"


def test_packaged_templates_exist_in_both_languages() -> None:
    found = {one.key: one for one in starters()}
    kinds = {key.partition(".")[0] for key in found}
    assert kinds == {"incident", "malware", "situation"}
    assert found.keys() == {f"{kind}.{language}" for kind in kinds for language in ("sv", "en")}
    for kind in kinds:
        pair = [found[f"{kind}.{language}"].content for language in ("sv", "en")]
        assert len({text.count("\n#") for text in pair}) == 1, kind


def test_organisation_writes_templates_of_its_own(seed: Seed) -> None:
    Role.objects.filter(pk__in=[seed.org_admin.user.role_id, seed.site_admin.user.role_id]).update(
        perm_template=True
    )
    web = visitor(seed.org_admin)
    begun = web.get(f"{ADDRESS}new/?from=malware.en").context["form"]
    assert begun["name"].value() == "Malware analysis"
    sent = {"name": "Ours", "content": "# {{event}}\r\n{{date}}", "all_orgs": "on"}
    for wrong in ({"name": " "}, {"content": " \n"}, {"content": "x" * 100_001}, {"name": "n" * 256}):
        assert web.post(f"{ADDRESS}new/", sent | wrong).status_code == 422
    assert web.post(f"{ADDRESS}new/", sent).url == ADDRESS
    stored = ReportTemplate.objects.get()
    assert stored.all_orgs is False  # Only site administrators share with everyone.
    assert "Ours" in text_of(web.get(ADDRESS))
    colleague, stranger = visitor(seed.analyst), visitor(seed.stranger)
    event = make_event(seed.analyst, info="Mail wave")
    path = f"/event/{event['id']}/reports/new/?from={stored.pk}"
    assert "# Mail wave" in colleague.get(path).context["form"]["content"].value()
    assert "Ours" not in text_of(stranger.get(ADDRESS))
    other = make_event(seed.stranger)
    assert stranger.get(f"/event/{other['id']}/reports/new/?from={stored.pk}").status_code == 404
    for client, refused in ((stranger, (403, 404)), (colleague, (403,))):
        for part in ("edit/", "delete/"):
            assert client.get(f"{ADDRESS}{stored.pk}/{part}").status_code in refused
            assert client.post(f"{ADDRESS}{stored.pk}/{part}", sent).status_code in refused
    assert web.post(f"{ADDRESS}{stored.pk}/edit/", sent | {"name": "Ours 2"}).url == ADDRESS
    assert "This cannot be undone." in text_of(web.get(f"{ADDRESS}{stored.pk}/delete/"))
    site = visitor(seed.site_admin)
    assert site.post(f"{ADDRESS}new/", sent | {"name": "Of the hub"}).status_code == 302
    hub = ReportTemplate.objects.get(name="Of the hub")
    assert hub.all_orgs
    assert "Of the hub" in text_of(stranger.get(ADDRESS))
    assert web.post(f"{ADDRESS}{hub.pk}/edit/", sent).status_code == 403
    assert web.post(f"{ADDRESS}{stored.pk}/delete/").url == ADDRESS
    assert [one.name for one in ReportTemplate.objects.all()] == ["Of the hub"]
