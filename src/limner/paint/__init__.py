"""A trained model applied to any picture of a face, with torch or without."""
