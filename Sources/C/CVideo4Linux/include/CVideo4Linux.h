// Video4Linux capture with mapped buffers. C because ioctl is variadic, the request numbers are computed macros, and
// struct v4l2_buffer holds unions that Swift does not import. Every call returns -errno on failure and retries EINTR.
#ifndef CVIDEO4LINUX_H
#define CVIDEO4LINUX_H
#include <stdint.h>

struct CVideo4Linux_format {
    uint32_t width, height, pixel_format, bytes_per_line;
};

// Capabilities of this very node (V4L2_CAP_DEVICE_CAPS): 0 and `*is_camera`.
int CVideo4Linux_identify(int fd, int *is_camera);
// Asks for a format; the driver answers with what it does, which may be another one.
int CVideo4Linux_set_format(int fd, uint32_t pixel_format, uint32_t width, uint32_t height,
                            struct CVideo4Linux_format *got);
// Number of buffers that the driver made, or -errno. 0 lets go of them.
int CVideo4Linux_request_buffers(int fd, uint32_t count);
int CVideo4Linux_query_buffer(int fd, uint32_t index, int64_t *offset, uint32_t *length);
int CVideo4Linux_queue(int fd, uint32_t index);
// -EAGAIN while no buffer is full. `*is_damaged`: the driver says that this one's content is not to be trusted.
int CVideo4Linux_dequeue(int fd, uint32_t *index, uint32_t *bytes_used, int *is_damaged);
int CVideo4Linux_stream(int fd, int on);
#endif
