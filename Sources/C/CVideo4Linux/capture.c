#include "CVideo4Linux.h"
#include <errno.h>
#include <linux/videodev2.h>
#include <string.h>
#include <sys/ioctl.h>

static int call(int fd, unsigned long request, void *argument) {
    int code;
    do {
        code = ioctl(fd, request, argument);
    } while (code < 0 && errno == EINTR);
    return code < 0 ? -errno : code;
}

int CVideo4Linux_identify(int fd, int *is_camera) {
    struct v4l2_capability found;
    memset(&found, 0, sizeof found);
    int code = call(fd, VIDIOC_QUERYCAP, &found);
    if (code < 0) return code;
    uint32_t caps = found.capabilities & V4L2_CAP_DEVICE_CAPS ? found.device_caps : found.capabilities;
    *is_camera = (caps & V4L2_CAP_VIDEO_CAPTURE) && (caps & V4L2_CAP_STREAMING);
    return 0;
}

int CVideo4Linux_set_format(int fd, uint32_t pixel_format, uint32_t width, uint32_t height,
                            struct CVideo4Linux_format *got) {
    struct v4l2_format format;
    memset(&format, 0, sizeof format);
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    format.fmt.pix.width = width;
    format.fmt.pix.height = height;
    format.fmt.pix.pixelformat = pixel_format;
    format.fmt.pix.field = V4L2_FIELD_NONE;
    int code = call(fd, VIDIOC_S_FMT, &format);
    if (code < 0) return code;
    got->width = format.fmt.pix.width;
    got->height = format.fmt.pix.height;
    got->pixel_format = format.fmt.pix.pixelformat;
    got->bytes_per_line = format.fmt.pix.bytesperline;
    return 0;
}

int CVideo4Linux_request_buffers(int fd, uint32_t count) {
    struct v4l2_requestbuffers request;
    memset(&request, 0, sizeof request);
    request.count = count;
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request.memory = V4L2_MEMORY_MMAP;
    int code = call(fd, VIDIOC_REQBUFS, &request);
    return code < 0 ? code : (int)request.count;
}

static void name(struct v4l2_buffer *buffer, uint32_t index) {
    memset(buffer, 0, sizeof *buffer);
    buffer->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer->memory = V4L2_MEMORY_MMAP;
    buffer->index = index;
}

int CVideo4Linux_query_buffer(int fd, uint32_t index, int64_t *offset, uint32_t *length) {
    struct v4l2_buffer buffer;
    name(&buffer, index);
    int code = call(fd, VIDIOC_QUERYBUF, &buffer);
    if (code < 0) return code;
    *offset = buffer.m.offset;
    *length = buffer.length;
    return 0;
}

int CVideo4Linux_queue(int fd, uint32_t index) {
    struct v4l2_buffer buffer;
    name(&buffer, index);
    return call(fd, VIDIOC_QBUF, &buffer);
}

int CVideo4Linux_dequeue(int fd, uint32_t *index, uint32_t *bytes_used, int *is_damaged) {
    struct v4l2_buffer buffer;
    name(&buffer, 0);
    int code = call(fd, VIDIOC_DQBUF, &buffer);
    if (code < 0) return code;
    *index = buffer.index;
    *bytes_used = buffer.bytesused;
    *is_damaged = (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0;
    return 0;
}

int CVideo4Linux_stream(int fd, int on) {
    enum v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    return call(fd, on ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type);
}
