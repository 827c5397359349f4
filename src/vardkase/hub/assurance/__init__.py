"""Evidence for a third party: what an auditor is given about a hub, as JSON and PDF, with a bill of materials.

What does not depend on the installation (how requirements are met, tests, exercises, residual risks) is in the
tables of `data`; the rest is asked of the hub when the documents are written.
"""
