"""A city folder made from what a statistics office gives; what it does not give is borrowed from a city that is here.

``cradle city TABLES --out FOLDER`` is the command; docs/adding-a-city.md says how to use it. Nothing here takes part in
a run.
"""
