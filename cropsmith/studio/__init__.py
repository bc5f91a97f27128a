"""A local web page to crop in: needs cropsmith[studio], imported by `cropsmith studio` alone."""
