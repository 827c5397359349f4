"""Noticelists: read, enabled, deleted and reloaded."""

from __future__ import annotations

from tests.api.calls import call, send
from tests.factories.seed import Seed
from vardkase.knowledge.noticelists import loader as noticelists
from vardkase.knowledge.noticelists.models import Noticelist


def test_noticelists(seed: Seed) -> None:
    noticelists.load()
    admin = seed.site_admin.key
    _, (row,) = call(admin, "GET", "/noticelists/index")
    number = row["Noticelist"]["id"]
    response = send(admin, "POST", f"/noticelists/enableNoticelist/{number}/true")
    assert (response.status_code, response["Location"].endswith(f"/noticelists/view/{number}")) == (302, True)
    _, body = call(admin, "GET", f"/noticelists/view/{number}")
    assert body["Noticelist"]["enabled"]
    assert {"scope", "field", "value", "tags", "message"} == set(
        body["Noticelist"]["NoticelistEntry"][0]["data"]
    )
    send(admin, "POST", f"/noticelists/enableNoticelist/{number}")
    assert not call(admin, "GET", f"/noticelists/view/{number}")[1]["Noticelist"]["enabled"]


def test_noticelist_is_toggled(seed: Seed) -> None:
    noticelists.load()
    number = Noticelist.objects.get().pk
    for sent, state in (({"Noticelist": {"data": number}}, "enabled"), ({"id": number}, "disabled")):
        answered = call(seed.site_admin.key, "POST", "/noticelists/toggleEnable", sent)
        assert answered == (200, {"saved": True, "success": f"Noticelist {state}"})
        assert Noticelist.objects.get().enabled is (state == "enabled")
    _, body = call(seed.site_admin.key, "POST", "/noticelists/toggleEnable", {"id": 0})
    assert body == {"saved": False, "errors": "Noticelist not found."}


def test_deleted_noticelist_returns_with_update(seed: Seed) -> None:
    noticelists.load()
    path = f"/noticelists/delete/{Noticelist.objects.get().pk}"
    assert call(seed.org_admin.key, "POST", path)[0] == 403
    status, body = call(seed.site_admin.key, "POST", path)
    assert (status, body["message"], Noticelist.objects.count()) == (200, "Noticelist deleted.", 0)
    assert call(seed.site_admin.key, "POST", path)[0] == 404
    call(seed.site_admin.key, "POST", "/noticelists/update")
    assert Noticelist.objects.get().entries.exists()
