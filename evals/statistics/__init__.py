"""Statistics of comparisons: intervals, paired tests, correction, stability, sample size.

Everything is clustered by photo: repeats, texts and pairs of one photo are not independent.
"""
