"""How models are asked: the protocols of providers, their batch APIs, and engines of our own."""
