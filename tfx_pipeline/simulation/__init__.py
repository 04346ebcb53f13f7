"""The made world's listeners live with the destinations, and with what there was before them."""
