"""What several metrics see in a picture, each found once: landmarks, masks of a face's parts, embeddings."""
