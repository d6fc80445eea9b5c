#ifndef CLIBYUV_SHIM_H
#define CLIBYUV_SHIM_H
// libyuv's headers use the fixed-width types without including them.
#include <stdint.h>
#include <libyuv/convert.h>
#include <libyuv/convert_argb.h>
#include <libyuv/planar_functions.h>

// I420 to ARGB; is709 and isFull say what the numbers mean. The constants are C objects with compiler-specific alignment,
// which Swift does not take by address.
static inline int CLibyuv_toPixels(const uint8_t *y, int yStride, const uint8_t *u, const uint8_t *v, int chromaStride,
                                   uint8_t *pixels, int stride, int width, int height, int is709, int isFull) {
  const struct YuvConstants *limited = is709 ? &kYuvH709Constants : &kYuvI601Constants;
  const struct YuvConstants *full = is709 ? &kYuvF709Constants : &kYuvJPEGConstants;
  return I420ToARGBMatrix(y, yStride, u, chromaStride, v, chromaStride, pixels, stride, isFull ? full : limited, width,
                          height);
}
#endif
