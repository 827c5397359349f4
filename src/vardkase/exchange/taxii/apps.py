from django.apps import AppConfig


class TaxiiConfig(AppConfig):
    name = "vardkase.exchange.taxii"
    label = "taxii"
