"""What a government can do: levers, packages of changes, and the timeline of law that follows from them."""
