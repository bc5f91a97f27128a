"""The built-in photographer: measures a photo, searches crops, knows what people prefer."""
