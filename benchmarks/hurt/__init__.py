"""What the model server bears: faults under load, and malformed requests."""
