"""Pictures of people and where things lie: from wishes and boxes to ranges of a crop."""
