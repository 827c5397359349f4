"""What waits for the hub's staff: packages contribute kinds of tasks (`config.wiring`), pages and the inbox list them.

A package writes one function that yields the open tasks of a kind which an actor may see and handle, and declares::

    APPEALS = TaskKind(
        name="appeal",
        label=_("Appeals to examine"),
        noun=_("Appeal"),
        duties=OFFICERS,
        source=appeals_to_examine,  # (Actor) -> Iterable[OfficeTask]
        view="appeals",  # the page that lists them
    )
"""
