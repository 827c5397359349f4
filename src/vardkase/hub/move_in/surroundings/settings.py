"""Settings of the instance: those that this hub has too. What would contact others arrives switched off."""

from __future__ import annotations

import re
from typing import Any

from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.settings.models import SettingValue
from vardkase.hub.instance.settings import FixedSetting, change_setting
from vardkase.hub.move_in.taking import Step, Taking

NO_MAIL = "MISP.disable_emailing"
CONTACTING = re.compile(
    r"Plugin\.(Enrichment|Import|Export|Action|Cortex)_services_enable|Plugin\.(ZeroMQ|Kafka|ElasticSearch|S3|Syslog)\w*_enable"
)
OF_THE_MACHINE = re.compile(
    r"(debug|SimpleBackgroundJobs\..*|MISP\.(redis_.*|osuser|python_bin|tmpdir|attachments_dir|manage_workers|background_jobs"
    r"|baseurl|external_baseurl|uuid|self_update|live|host_org_id|system_setting_db)|GnuPG\..*|SMIME\..*|Proxy\..*"
    r"|Security\.(salt|cipherSeed|encryption_key))"
)
"""What MISP needs to find its own parts, and its secrets."""


def take_settings(taking: Taking) -> None:
    """A setting that was changed here since, or that is at this hub’s own value already, stays."""
    set_here = set(SettingValue.objects.values_list("name", flat=True))
    for name, value in sorted(taking.settings.values.items()):
        if name in set_here or value is None or value == "" or isinstance(value, dict | list):
            continue
        if OF_THE_MACHINE.fullmatch(name):
            taking.leave_out("settings", [name], "It is about the machine or the program of MISP.")
        elif CONTACTING.fullmatch(name):
            if taking.settings.is_on(name):
                taking.remember("setting", 0, name, {"name": name, "value": value})
        elif name != NO_MAIL:
            _take(taking, name, value)


def stop_mail(taking: Taking) -> None:
    """Before there is anybody to write to."""
    if not SettingValue.objects.filter(name=NO_MAIL).exists():
        change_setting(taking.actor, NO_MAIL, True)
        if not taking.settings.is_on(NO_MAIL):
            taking.remember("mail", 0, "mail", {"name": NO_MAIL, "value": False})


def _take(taking: Taking, name: str, value: Any) -> None:
    try:
        request = change_setting(taking.actor, name, value, "Moved in from MISP")
    except FixedSetting as error:
        taking.leave_out("settings", [name], str(error))
    except NotFound:
        taking.leave_out("settings", [name], "This hub has no such setting.")
    except (Invalid, Forbidden) as error:
        taking.leave_out("settings", [f"{name} = {value!r}"], f"The value is not accepted: {error.wire}")
    else:
        if request is None:
            taking.count("settings", 1)
        else:
            taking.leave_out("settings", [name], "A second officer has to approve it.")


MAIL_STEP = Step("mail", (), stop_mail)
STEP = Step("settings", ("system_settings", "admin_settings"), take_settings)
