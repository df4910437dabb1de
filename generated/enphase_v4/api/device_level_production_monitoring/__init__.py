"""device_level_production_monitoring."""
