from django.apps import AppConfig


class TaxiiConfig(AppConfig):
    name = "vardkase.exchange.taxii"
    label = "taxii"

    def ready(self) -> None:
        from vardkase.core import schedules  # noqa: PLC0415 - models load after apps
        from vardkase.exchange.taxii.schedules import SCHEDULES  # noqa: PLC0415 - the same

        for each in SCHEDULES:
            schedules.register(each)
