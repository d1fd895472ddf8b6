"""Sections of a scenario report; each answers in a sentence first."""
