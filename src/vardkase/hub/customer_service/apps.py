from django.apps import AppConfig


class CustomerServiceConfig(AppConfig):
    name = "vardkase.hub.customer_service"
    label = "customer_service"

    def ready(self) -> None:
        from vardkase.hub.customer_service import diagnosis, sign_in_facts  # noqa: PLC0415 - models load after apps
        from vardkase.hub.customer_service.letters import register_kinds  # noqa: PLC0415 - the same

        register_kinds()
        diagnosis.register(sign_in_facts.facts)
