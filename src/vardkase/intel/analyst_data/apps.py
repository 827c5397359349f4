from django.apps import AppConfig


class AnalystDataConfig(AppConfig):
    name = "vardkase.intel.analyst_data"
    label = "analyst_data"

    def ready(self) -> None:
        from vardkase.intel import hooks  # noqa: PLC0415 - models load after apps
        from vardkase.intel.analyst_data.withdrawal import withdraw_of_former_owner  # noqa: PLC0415 - the same

        hooks.event_taken_over.register(withdraw_of_former_owner)
