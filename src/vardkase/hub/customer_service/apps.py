from django.apps import AppConfig


class CustomerServiceConfig(AppConfig):
    name = "vardkase.hub.customer_service"
    label = "customer_service"
