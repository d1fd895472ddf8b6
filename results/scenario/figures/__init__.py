"""Figures of a scenario report, each a function (data, language) -> matplotlib figure or None."""
