"""Questions that councils ask again and again, each answered by a function from public pieces."""
