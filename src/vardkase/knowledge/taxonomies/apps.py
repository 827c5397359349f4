from django.apps import AppConfig


class TaxonomiesConfig(AppConfig):
    name = "vardkase.knowledge.taxonomies"
    label = "taxonomies"
