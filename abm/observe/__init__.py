"""What a run reports: the census, the year's flows, estimators, and the rows made of them."""
