"""What is seen without words: faces, lines, saliency, text, texture."""
