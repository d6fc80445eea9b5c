#ifndef CLIBDRM_SHIM_H
#define CLIBDRM_SHIM_H
#include <stdint.h>
#include <drm_fourcc.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

// fourcc_code() and fourcc_mod_code() are function-like macros, which Swift does not import.
static const uint32_t CLibdrm_formatXRGB8888 = DRM_FORMAT_XRGB8888;
static const uint32_t CLibdrm_formatARGB8888 = DRM_FORMAT_ARGB8888;
static const uint32_t CLibdrm_formatXBGR8888 = DRM_FORMAT_XBGR8888;
static const uint32_t CLibdrm_formatABGR8888 = DRM_FORMAT_ABGR8888;
static const uint32_t CLibdrm_formatRGB565 = DRM_FORMAT_RGB565;
static const uint32_t CLibdrm_formatNV12 = DRM_FORMAT_NV12;
static const uint32_t CLibdrm_formatNV21 = DRM_FORMAT_NV21;
static const uint32_t CLibdrm_formatYUV420 = DRM_FORMAT_YUV420;
static const uint32_t CLibdrm_formatYVU420 = DRM_FORMAT_YVU420;
static const uint64_t CLibdrm_modifierLinear = DRM_FORMAT_MOD_LINEAR;
static const uint64_t CLibdrm_modifierInvalid = DRM_FORMAT_MOD_INVALID;

// Defined by an expression with another macro's call.
static const uint32_t CLibdrm_propertySignedRange = DRM_MODE_PROP_SIGNED_RANGE;

// Request numbers are made by _IOW() and _IOWR() with a sizeof. libdrm's drmIoctl, which is not variadic, takes them for
// any descriptor, and calls again after EINTR and EAGAIN as all three ask for.
static const unsigned long CLibdrm_heapAllocate = DMA_HEAP_IOCTL_ALLOC;
static const unsigned long CLibdrm_udmabufCreate = UDMABUF_CREATE;
static const unsigned long CLibdrm_dmaBufferSync = DMA_BUF_IOCTL_SYNC;
static const unsigned long CLibdrm_dmaBufferName = DMA_BUF_SET_NAME_B;
#endif
