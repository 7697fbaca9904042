"""Small faults put into the library one by one, to see whether the tests notice."""
