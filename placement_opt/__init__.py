"""Places for children with education, health and care plans: a proven allocation by need, capacity and travel."""
