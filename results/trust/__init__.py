"""How far to trust a number, as marks beside it: verdicts of the fit, strength of evidence, orders that are open."""
