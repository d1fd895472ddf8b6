"""Bad input by the thousand: valid files, damaged in ways that people and disks damage them, and what answers."""
