from importlib import import_module

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "vardkase.hub.membership.onboarding"
    label = "onboarding"

    def ready(self) -> None:
        from vardkase.hub.membership.members.checklist import checklist_is_told_by  # noqa: PLC0415 - models load after apps
        from vardkase.hub.membership.onboarding.items import never_waived, still_open  # noqa: PLC0415 - the same
        from vardkase.hub.membership.onboarding.letters import register_kinds  # noqa: PLC0415 - the same

        for actions in ("member_accounts", "organisation"):  # They register what takes two officers.
            import_module(f"vardkase.hub.membership.onboarding.{actions}")
        checklist_is_told_by(still_open, never_waived)
        register_kinds()
