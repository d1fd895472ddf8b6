"""Reports of forecasts."""
