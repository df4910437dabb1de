"""site_level_production_monitoring."""
