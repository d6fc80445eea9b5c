#ifndef CLIBEVDEV_SHIM_H
#define CLIBEVDEV_SHIM_H
#include <libevdev/libevdev.h>
// Virtual keypads, for tests.
#include <libevdev/libevdev-uinput.h>
#endif
