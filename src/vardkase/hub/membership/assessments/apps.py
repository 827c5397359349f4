from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "vardkase.hub.membership.assessments"
    label = "assessments"

    def ready(self) -> None:
        from vardkase.hub.membership.assessments import letters  # noqa: PLC0415 - models load after apps

        letters.register()
