from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "vardkase.hub.policy"
    label = "policy"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.hub.policy import checks  # noqa: PLC0415 - the same
        from vardkase.hub.policy.approvals import letters, services  # noqa: PLC0415 - the same
        from vardkase.hub.policy.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        hooks.before_creation.register(checks.look_at_creation)
        hooks.before_publication.register(checks.look_at_publication)
        hooks.before_delegation.register(checks.look_at_delegation)
        hooks.attributes_removed.register(services.forget_removed)
        hooks.event_taken_over.register(services.forget_taken_over)
        letters.register_kinds()
        for schedule in SCHEDULES:
            register(schedule)
