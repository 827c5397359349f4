from django.apps import AppConfig


class EntranceConfig(AppConfig):
    name = "vardkase.identity.sign_in_policy"
    label = "entrance"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.identity.sign_in_policy.schedules import UPKEEP  # noqa: PLC0415 - the same

        register(UPKEEP)
