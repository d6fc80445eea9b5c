// A file of its own: <linux/netlink.h> is not part of Swift's Glibc module.
#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// The multicast group of the kernel's own messages; udevd's are in group 2.
#define KERNEL_GROUP 1

int CLinux_kernel_events(int buffer) {
  int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  if (fd < 0) return -errno;
  // Beyond the system's limit where we may; what we get is enough, and a loss is reported when it happens.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0)
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    int code = errno;
    close(fd);
    return -code;
  }
  return fd;
}

ssize_t CLinux_kernel_event(int fd, void *bytes, size_t capacity, int *from_kernel) {
  struct sockaddr_nl sender;
  memset(&sender, 0, sizeof sender);
  struct iovec part = {.iov_base = bytes, .iov_len = capacity};
  struct msghdr message = {
      .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &part, .msg_iovlen = 1};
  ssize_t n;
  do n = recvmsg(fd, &message, MSG_TRUNC); while (n < 0 && errno == EINTR);
  if (n < 0) return -errno;
  *from_kernel = message.msg_namelen == sizeof sender && sender.nl_family == AF_NETLINK && sender.nl_pid == 0;
  return n;
}
