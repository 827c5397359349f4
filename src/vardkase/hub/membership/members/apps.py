from importlib import import_module

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "vardkase.hub.membership.members"
    label = "members"

    def ready(self) -> None:
        from vardkase.core import settings  # noqa: PLC0415 - the same
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.hub.correspondence.letters.resending import (  # noqa: PLC0415 - the same
            register_recipients,
        )
        from vardkase.hub.membership.applications.hooks import application_approved  # noqa: PLC0415 - the same
        from vardkase.hub.membership.members.letter_content import register_letters  # noqa: PLC0415 - the same
        from vardkase.hub.membership.members.letters import (  # noqa: PLC0415 - the same
            recipients_by_id,
            register_kinds,
        )
        from vardkase.hub.membership.members.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.hub.membership.members.services import members_only  # noqa: PLC0415 - the same
        from vardkase.hub.membership.members.services.from_applications import (  # noqa: PLC0415 - the same
            open_approved,
        )
        from vardkase.identity.accounts.hooks import officer_appointed  # noqa: PLC0415 - the same
        from vardkase.identity.organisations.hooks import (  # noqa: PLC0415 - the same
            merge_sought,
            organisations_merged,
        )

        import_module("vardkase.hub.membership.members.sign_in_minimum")  # Registers what takes two officers.
        officer_appointed.register(members_only.bring_into_use)
        merge_sought.register(members_only.refuse_merge)
        organisations_merged.register(members_only.after_merge)
        settings.changed.register(members_only.after_setting_changed)
        register_kinds()
        register_recipients("membership", recipients_by_id)
        register_letters()
        application_approved.register(open_approved)
        for schedule in SCHEDULES:
            register(schedule)
