"""Which organisations may process personal data on offences (GDPR, article 10), and from when.

It follows the organisation's legal form, by the legal officers' answers (`hub.law`, questions `offence_data_…`); for
private organisations the legal precondition of the phases; and permissions recorded for one organisation. The result
is stored on the organisation (`offence_period`), where the visibility rule reads it.
"""
