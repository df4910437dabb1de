"""site_level_consumption_monitoring."""
