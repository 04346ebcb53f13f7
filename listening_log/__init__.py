"""Reads, checks and makes listening logs: the tables of the contract. No TFX in it."""
