"""A model in llama.cpp's format, run by llama-cpp-python; see `load`."""
