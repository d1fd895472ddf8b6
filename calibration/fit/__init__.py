"""The fit to a city: what is searched for, the search, its draws, how far they can be trusted."""
