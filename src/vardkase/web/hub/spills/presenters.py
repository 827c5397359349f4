"""What the page of a spill shows, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from vardkase.hub.guard.findings import Detector, FindingPlace, GuardFinding, Severity
from vardkase.hub.guard.wording import where
from vardkase.hub.spills.models import Spill, SpillState
from vardkase.hub.spills.queries import is_reported


@dataclass(frozen=True, slots=True)
class SpillStep:
    """A step of the procedure; `view` is the page on which it is taken, "" if there is nothing to do."""

    label: str
    is_done: bool
    view: str = ""
    act: str = ""
    detail: str = ""


def places_in_words(spill: Spill) -> list[str]:
    """Where markings were found, without the text."""
    return [
        where(
            GuardFinding(
                Detector.CLASSIFICATION, Severity.STOPS, FindingPlace(each["place"]), int(each["id"]), ""
            )
        )
        for each in spill.places
    ]


def steps_of(spill: Spill, *, waiting: bool, unsettled: int) -> list[SpillStep]:
    is_open = spill.state == SpillState.OPEN
    if spill.state == SpillState.RELEASED:
        return [
            SpillStep(gettext("In quarantine"), is_done=True),
            SpillStep(gettext("Released by two people: false alarm"), is_done=True),
        ]
    is_proved = bool(spill.proof) and not spill.needles
    return [
        SpillStep(gettext("In quarantine: nobody can read the event"), is_done=True),
        SpillStep(
            gettext("Assessed whether it is reported to the Security Service"),
            is_reported(spill),
            "spill_reported" if spill.state != SpillState.CLOSED else "",
            gettext("Record report"),
            spill.report_reference or spill.not_reported_because,
        ),
        SpillStep(
            gettext("Legal ground for deletion recorded"),
            bool(spill.ground),
            "spill_ground" if is_open else "",
            gettext("Record ground"),
            spill.ground,
        ),
        SpillStep(
            gettext("Deleted by two people"),
            not is_open,
            "spill_delete" if is_open and not waiting and spill.ground and is_reported(spill) else "",
            gettext("Propose deletion of the event"),
        ),
        SpillStep(gettext("Confirmed: nothing of it is left on the hub"), is_proved),
        SpillStep(
            gettext("Everyone who had it has answered"),
            unsettled == 0,
            detail=gettext("%(n)s not yet") % {"n": unsettled} if unsettled else "",
        ),
        SpillStep(
            pgettext("spill", "Closed"),
            spill.state == SpillState.CLOSED,
            "spill_close" if spill.state == SpillState.DELETED and is_proved and not unsettled else "",
            pgettext("spill", "Close"),
        ),
    ]
