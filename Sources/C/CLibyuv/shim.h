#ifndef CLIBYUV_SHIM_H
#define CLIBYUV_SHIM_H
// libyuv's headers use the fixed-width types without including them.
#include <stdint.h>
#include <libyuv/convert.h>
#include <libyuv/convert_argb.h>
#endif
