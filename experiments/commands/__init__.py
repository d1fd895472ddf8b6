"""What the commands say and check before anything runs, in both languages."""
