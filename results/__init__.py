"""Results: run folders, comparisons, figures and reports. Imports none of the other packages."""
