"""What a config asks for: read and checked, its factors and arms, and the table of runs that follows."""
