from datetime import time

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy


class TermsConfig(AppConfig):
    name = "vardkase.hub.membership.terms"
    label = "terms"

    def ready(self) -> None:
        from vardkase.core.schedules import Schedule, register  # noqa: PLC0415 - models load after apps
        from vardkase.hub import correspondence  # noqa: PLC0415 - the same
        from vardkase.hub.membership.applications.hooks import application_approved  # noqa: PLC0415 - the same
        from vardkase.hub.membership.terms.letters import ASKED, REMINDER  # noqa: PLC0415 - the same
        from vardkase.hub.membership.terms.services import publishing  # noqa: F401, PLC0415 - registers its action
        from vardkase.hub.membership.terms.services.acceptance import (  # noqa: PLC0415 - the same
            accept_with_application,
        )
        from vardkase.hub.membership.terms.services.asking import remind  # noqa: PLC0415 - the same

        application_approved.register(accept_with_application)
        correspondence.register(ASKED)
        correspondence.register(REMINDER)
        register(
            Schedule(
                "membership_terms.remind",
                _("Remind members of new terms"),
                _(
                    "Writes to each member that has not accepted the current version as the deadline "
                    "approaches."
                ),
                remind,
                at=time(7, 0),
                on=True,
                changed_by=ChangedBy.OFFICERS,
            )
        )
