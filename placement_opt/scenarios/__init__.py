"""Uses of many plans: named changes solved together, fronts between two aims, many futures."""
