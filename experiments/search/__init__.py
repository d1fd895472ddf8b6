"""Studies that look for packages: the cheapest that reach a target, and packages of equal cost."""
