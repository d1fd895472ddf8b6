"""Reports of scenarios: what the run holds, its sections and its figures."""
