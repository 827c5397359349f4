from django.apps import AppConfig


class PhasesConfig(AppConfig):
    name = "vardkase.hub.membership.phases"
    label = "phases"

    def ready(self) -> None:
        from vardkase.hub.membership.phases import services  # noqa: F401, PLC0415 - registers its actions
