"""Moving in: what a MISP instance holds is taken over, with its ids and UUIDs, into a fresh hub.

`source` reads MISP's dump or live database; `staging` keeps its tables, as they are, in the schema `move_in` of the
hub's database; the `steps` take them over from there with SQL (`taking` says what a step is); `running` runs them, and
`report` says what came of it. Nothing that is taken over contacts others until `switches` is told so.
"""
