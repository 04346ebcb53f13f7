"""How pushed models lie on disk: `PushedModels` is the one reader and writer. Neither TFX nor TensorFlow."""
