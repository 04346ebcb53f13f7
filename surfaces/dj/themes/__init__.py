"""The themes of the DJ's segments: each proposes items and what may be said of them."""
