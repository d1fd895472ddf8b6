"""What a history is held against: figures of a city, how each is found in a run, and how far off a run is."""
