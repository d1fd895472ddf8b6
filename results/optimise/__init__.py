"""Reports of searches for packages."""
