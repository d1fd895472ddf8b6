"""What everything else stands on: draws, arrays of people, kin, compiled code and where it is kept, parameters."""
