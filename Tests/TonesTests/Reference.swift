import Glibc

/// The C library's sine.
func reference(_ turns: Double) -> Double { sin(2 * Double.pi * turns) }
