"""Work for other processes and machines: values as bytes, and tasks that any executor does."""
