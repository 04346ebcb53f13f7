"""Home: shelves of music and talk, chosen and ordered by a bandit that says how probable its choices were."""
