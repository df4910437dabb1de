"""grid_profiles."""
