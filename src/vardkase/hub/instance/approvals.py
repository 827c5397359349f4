"""Changes to settings and schedules that require two officers."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core import schedules
from vardkase.core.errors import Conflict, InvalidValue, NotFound
from vardkase.core.schedules import Interval
from vardkase.core.schedules.models import ScheduledTask
from vardkase.core.schedules.services import all_tasks
from vardkase.core.schedules.services import change as change_task
from vardkase.core.settings import AnySetting, changed, find_setting
from vardkase.core.settings.models import SettingValue
from vardkase.core.settings.sealing import sealed
from vardkase.core.settings.values import readable
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.instance.problems import InstanceProblem
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.organisations.acting import Acting


def store(actor: Acting, setting: AnySetting, value: bool | int | str) -> None:
    # The audit log never holds a secret, neither the former nor the new one.
    change = {} if setting.secret else {"value": [setting.value, value]}
    stored = sealed(value) if setting.secret else value
    SettingValue.objects.update_or_create(name=setting.name, defaults={"value": stored})
    changed.emit(setting.name)
    record(actor, HubAction.SETTING_CHANGED, Target("setting", title=setting.name), change)


def reschedule(actor: Acting, row: ScheduledTask, values: dict[str, Any]) -> None:
    at = row.at.fromisoformat(values["at"])
    change_task(row, Interval(values["rhythm"]), at, paused=values["paused"])
    record(actor, HubAction.SCHEDULE_CHANGED, Target("schedule", title=row.name), values)


def times_of(row: ScheduledTask) -> dict[str, Any]:
    return {"rhythm": str(row.rhythm), "at": row.at.isoformat("minutes"), "paused": row.paused}


def _setting(request: ApprovalRequest) -> AnySetting:
    setting = find_setting(request.subject)
    if setting is None:
        raise NotFound(InstanceProblem.NO_SUCH_SETTING(name=request.subject))
    return setting


def _row(request: ApprovalRequest) -> ScheduledTask:
    for task in all_tasks():
        if task.name == request.subject:
            return task
    raise NotFound(InstanceProblem.NO_SUCH_TASK())


def describe_setting(request: ApprovalRequest) -> ActionDescription:
    effect = gettext("The setting %(name)s is set to “%(value)s”.")
    before = str(request.subject_state.get("value", ""))
    return ActionDescription(
        effect % {"name": request.subject, "value": request.parameters["value"]}, ((gettext("Now"), before),)
    )


def describe_schedule(request: ApprovalRequest) -> ActionDescription:
    schedule, values = schedules.find(request.subject), request.parameters
    facts = {"name": schedule.title if schedule else request.subject, "at": values["at"]}
    effect = (
        gettext("“%(name)s” is paused.") if values["paused"] else gettext("“%(name)s” will run at %(at)s.")
    )
    return ActionDescription(effect % facts, ((gettext("Interval"), values["rhythm"]),))


def _execute_setting(approval: Approval) -> None:
    setting = _setting(approval.for_action(CHANGE_SETTING).request)
    try:
        # Checked again: other settings may have changed since, and exclude it by now.
        value = readable(setting, approval.parameters["value"])
    except InvalidValue as error:
        raise Conflict(error.problem) from error
    store(approval.actor, setting, value)


def _execute_schedule(approval: Approval) -> None:
    approval.for_action(CHANGE_SCHEDULE)
    reschedule(approval.actor, _row(approval.request), dict(approval.parameters))


_of_the_hub = partial(ApprovalAction, propose=OFFICERS, approve=OFFICERS, alone_until_in_use=OFFICERS)
CHANGE_SETTING = _of_the_hub(
    name="change_setting",
    title=_("Change a setting of the hub"),
    describe=describe_setting,
    fingerprint=lambda request: {"value": _setting(request).value},
    execute=_execute_setting,
)
CHANGE_SCHEDULE = _of_the_hub(
    name="change_schedule",
    title=_("Pause or reschedule the hub’s automatic actions on members"),
    describe=describe_schedule,
    fingerprint=lambda request: times_of(_row(request)),
    execute=_execute_schedule,
)
