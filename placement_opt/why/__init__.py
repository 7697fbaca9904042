"""Why: what a place is worth, why somebody is placed where, what cures a shortfall, what lies between two plans."""
