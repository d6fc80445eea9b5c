// Files, devices, sockets and descriptors.
#define _GNU_SOURCE
#include "acts.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

static int read_file(const char *path) { return descriptor(open(path, O_RDONLY)); }
static int create_file(const char *path) { return descriptor(open(path, O_WRONLY | O_CREAT, 0600)); }
// A device that is not on this machine is ENOENT, or ENXIO when only its name is.
static int open_device(const char *path) { return descriptor(open(path, O_RDWR | O_NONBLOCK)); }
static int open_by_path_alone(const char *path) { return descriptor(open(path, O_PATH)); }
static int remove_file(const char *path) { return result(unlink(path)); }
static int make_folder(const char *path) { return result(mkdir(path, 0700)); }
static int rename_file(const char *path) {
  char other[4096];
  strncpy(other, path, sizeof other - 8);
  other[sizeof other - 8] = 0;
  return result(rename(path, strcat(other, ".stolen")));
}
static int look_at_file(const char *path) {
  struct stat status;
  return result(stat(path, &status));
}

static int connect_tcp(const char *port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return errno;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int code = result(connect(fd, (struct sockaddr *)&address, sizeof address));
  close(fd);
  return code;
}
static int connect_unix(const char *path) {
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) return errno;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int code = result(connect(fd, (struct sockaddr *)&address, sizeof address));
  close(fd);
  return code;
}
static int make_socket_pair(const char *unused) {
  int ends[2];
  (void)unused;
  return result(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}
static int make_pipe(const char *unused) {
  int ends[2];
  (void)unused;
  return result(pipe(ends));
}

static int duplicate(const char *unused) { (void)unused; return descriptor(dup(3)); }
static int duplicate_over(const char *unused) { (void)unused; return descriptor(dup3(3, 9, 0)); }
static int duplicate_by_fcntl(const char *unused) { (void)unused; return descriptor(fcntl(3, F_DUPFD, 0)); }
// Nobody has sent any: EAGAIN is the answer of a call that was made.
static int receive_descriptors(const char *unused) {
  char byte, control[CMSG_SPACE(sizeof(int))];
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  (void)unused;
  int code = result(recvmsg(3, &message, MSG_DONTWAIT));
  return code == EAGAIN ? 0 : code;
}
static int send_socket_away(const char *unused) {
  char byte = 0, control[CMSG_SPACE(sizeof(int))];
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  int fd = 3;
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  (void)unused;
  // Out of band, which such a socket does not know, as the terminal would be surprised: EOPNOTSUPP is the answer of a call
  // that was made.
  int code = result(sendmsg(3, &message, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_OOB));
  return code == EOPNOTSUPP ? 0 : code;
}
static int control_socket(const char *unused) {
  int bytes;
  (void)unused;
  return result(ioctl(3, FIONREAD, &bytes));
}
static int memory_file(const char *unused) { (void)unused; return descriptor(memfd_create("hostile", 0)); }

const struct act file_acts[] = {
    {"read-file", read_file}, {"create-file", create_file}, {"open-device", open_device},
    {"open-path", open_by_path_alone}, {"remove-file", remove_file}, {"make-folder", make_folder},
    {"rename-file", rename_file}, {"stat-file", look_at_file}, {"connect-tcp", connect_tcp},
    {"connect-unix", connect_unix}, {"socketpair", make_socket_pair}, {"pipe", make_pipe}, {"dup", duplicate},
    {"dup3", duplicate_over}, {"fcntl-dup", duplicate_by_fcntl}, {"recvmsg", receive_descriptors},
    {"sendmsg", send_socket_away}, {"ioctl", control_socket}, {"memfd", memory_file}, {0}};
