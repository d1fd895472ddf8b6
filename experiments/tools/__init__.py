"""For those who keep the project: the gallery of reports, speed of whole studies."""
