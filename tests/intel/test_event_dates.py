"""An event dated far ahead would come first in every list: rejected from users, stored as sent from other
instances.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.calls import call
from tests.exchange.servers import HERE, serving
from tests.exchange.test_feed_fetching import FIRST, add, fetch, misp_files, publishing
from tests.exchange.test_feed_fetching import event as announced
from tests.exchange.test_pull_failures import connection, good, misp
from tests.factories.seed import Seed
from tests.identity.test_attribution import event_of, pushed
from tests.web.signed_in import signed_in
from vardkase.core.clock import now_seconds, today
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.sync.pull import pull
from vardkase.intel.models import Event
from vardkase.misp.faults import Fault

FAR = "2099-01-01"


@pytest.mark.parametrize("sender", ["analyst", "site_admin"])
def test_future_date_is_rejected_over_the_api(seed: Seed, sender: str) -> None:
    key = getattr(seed, sender).key
    status, body = call(key, "POST", "/events/add", {"info": "x", "date": FAR})
    assert (status, body["errors"]["Event"]["date"]) == (403, [Fault.DATE_AHEAD])
    assert not Event.objects.exists()
    made = call(key, "POST", "/events/add", {"info": "x"})[1]["Event"]
    status, body = call(key, "POST", f"/events/edit/{made['id']}", {"date": FAR, "info": "y"})
    assert (status, Fault.DATE_AHEAD in str(body["errors"])) == (403, True)
    stored = Event.objects.get()
    assert (stored.info, stored.date) == ("x", today())


def test_tomorrow_is_accepted_for_other_time_zones(seed: Seed) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert call(seed.analyst.key, "POST", "/events/add", {"info": "x", "date": tomorrow})[0] == 200
    after = (today() + timedelta(days=2)).isoformat()
    assert call(seed.analyst.key, "POST", "/events/add", {"info": "x", "date": after})[0] == 403


def test_locked_flag_does_not_allow_a_future_date(seed: Seed) -> None:
    document = {"info": "x", "date": FAR, "locked": True}
    assert call(seed.analyst.key, "POST", "/events/add", document)[0] == 403


@pytest.mark.usefixtures("password_is_enough")
def test_page_shows_the_date_error(seed: Seed) -> None:
    web = signed_in(seed.analyst)
    sent = {"info": "x", "date": FAR, "threat_level_id": "2", "analysis": "1", "distribution": "0"}
    shown = web.post("/event/new/", sent, headers={"accept-language": "en"})
    assert "It is dated more than a day ahead" in shown.content.decode()
    assert not Event.objects.exists()
    stored = Event.objects.create(
        info="x", date=FAR, org=seed.org_a, orgc=seed.org_a, timestamp=now_seconds() - 10, distribution=0
    )
    form = web.get(f"/event/{stored.pk}/edit/").context
    mark = {"mark": form["mark"]} if "mark" in form else {}
    assert web.post(f"/event/{stored.pk}/edit/", {**sent, **mark, "info": "y"}).status_code == 302
    stored.refresh_from_db()
    assert (stored.info, stored.date.isoformat()) == ("y", FAR)  # The stored date was already in the future.


def test_pushed_date_is_stored_as_sent(seed: Seed) -> None:
    document = event_of(seed.org_b, date=FAR)
    assert pushed(seed.partner_sync, document)[0] == 200
    assert Event.objects.get().date.isoformat() == FAR
    later = document | {"date": "2098-01-01", "timestamp": str(int(document["timestamp"]) + 5)}
    assert pushed(seed.partner_sync, later)[0] == 200
    assert Event.objects.get().date.isoformat() == "2098-01-01"


def test_pulled_date_is_stored_as_sent(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    uuid, said = good(date=FAR)
    with serving(misp({uuid: said})) as peer:
        assert pull(seed.site_admin.actor, connection(seed, peer.url)).events == 1
    assert Event.objects.get(uuid=uuid).date.isoformat() == FAR


def test_date_from_a_feed_is_stored_as_sent(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SettingValue.objects.create(name="MISP.background_jobs", value=False)
    with publishing(misp_files(announced(FIRST, 1000, "one.example", date=FAR))) as server:
        number = add(seed, f"{server.url}/feed/", source_format="misp", distribution=1)
        fetch(seed, number)
    assert Event.objects.get(uuid=FIRST).date.isoformat() == FAR
