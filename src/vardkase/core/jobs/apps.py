from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "vardkase.core.jobs"
    label = "jobs"

    def ready(self) -> None:
        from vardkase.core.jobs.cleanup import FORGET_ENDED  # noqa: PLC0415 - models load after apps
        from vardkase.core.schedules import register  # noqa: PLC0415 - the same

        register(FORGET_ENDED)
