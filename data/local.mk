# Data that the program is built from, and the scripts that fetched it.
