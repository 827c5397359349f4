from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "vardkase.hub.enrolment"
    label = "enrolment"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.hub.enrolment.letters import register_kinds  # noqa: PLC0415 - the same
        from vardkase.hub.enrolment.schedules import SCHEDULE  # noqa: PLC0415 - the same

        register(SCHEDULE)
        register_kinds()
