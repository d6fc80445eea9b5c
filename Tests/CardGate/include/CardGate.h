// Nothing to call: pcscd loads this library by its path.
