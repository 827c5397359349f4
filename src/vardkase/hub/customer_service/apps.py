from django.apps import AppConfig


class CustomerServiceConfig(AppConfig):
    name = "vardkase.hub.customer_service"
    label = "customer_service"

    def ready(self) -> None:
        from vardkase.hub.customer_service.letters import register_kinds  # noqa: PLC0415 - models load after apps

        register_kinds()
