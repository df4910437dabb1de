"""system_configurations."""
