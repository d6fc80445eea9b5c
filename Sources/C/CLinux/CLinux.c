#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Highest number that a child may be given, so that the moves below stay clear of one another.
#define HIGHEST_TARGET 63

static void child(const char *path, char *const argv[], char *const envp[], const struct CLinux_descriptor *map,
                  size_t count, int dies_with_parent, pid_t parent, int report) {
  if (dies_with_parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) goto failed;
    // The parent may have died before the call above.
    if (getppid() != parent) _exit(127);
  }
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  // First out of the way of every target, then into place: a target may be another entry's source.
  int moved[HIGHEST_TARGET + 1];
  for (size_t i = 0; i < count; i++) {
    moved[i] = fcntl(map[i].from, F_DUPFD_CLOEXEC, HIGHEST_TARGET + 2);
    if (moved[i] < 0) goto failed;
  }
  int kept = fcntl(report, F_DUPFD_CLOEXEC, HIGHEST_TARGET + 2);
  if (kept < 0) goto failed;
  report = kept;
  int highest = 2;
  for (size_t i = 0; i < count; i++) {
    if (dup2(moved[i], map[i].to) < 0) goto failed;
    if (map[i].to > highest) highest = map[i].to;
  }
  for (int fd = 3; fd <= highest; fd++) {
    int wanted = 0;
    for (size_t i = 0; i < count; i++) wanted |= map[i].to == fd;
    if (!wanted) close(fd);
  }
  // Everything above goes at exec; `report` must live until then.
  if (syscall(SYS_close_range, highest + 1, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) != 0) {
    for (int fd = highest + 1; fd < 1024; fd++) fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  execve(path, argv, envp);
failed:;
  int code = errno;
  ssize_t ignored = write(report, &code, sizeof code);
  (void)ignored;
  _exit(127);
}

pid_t CLinux_spawn(const char *path, char *const argv[], char *const envp[], const struct CLinux_descriptor *map,
                   size_t count, int dies_with_parent) {
  if (count > HIGHEST_TARGET) return -EINVAL;
  for (size_t i = 0; i < count; i++)
    if (map[i].to < 0 || map[i].to > HIGHEST_TARGET) return -EINVAL;
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return -errno;
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) child(path, argv, envp, map, count, dies_with_parent, parent, report[1]);
  int failure = pid < 0 ? errno : 0;
  close(report[1]);
  if (pid > 0) {
    int code = 0;
    ssize_t n;
    do n = read(report[0], &code, sizeof code); while (n < 0 && errno == EINTR);
    if (n == sizeof code) {
      while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
      failure = code;
    }
  }
  close(report[0]);
  return failure ? -failure : pid;
}

ssize_t CLinux_send_descriptors(int socket, const void *bytes, size_t length, const int *descriptors, size_t count) {
  char control[CMSG_SPACE(sizeof(int) * 32)];
  if (count > 32) return -EINVAL;
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    memset(control, 0, sizeof control);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
  }
  ssize_t n;
  do n = sendmsg(socket, &message, MSG_NOSIGNAL); while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

ssize_t CLinux_receive_descriptors(int socket, void *bytes, size_t length, int *descriptors, size_t capacity,
                                   size_t *count) {
  char control[CMSG_SPACE(sizeof(int) * 32)];
  struct iovec part = {.iov_base = bytes, .iov_len = length};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  *count = 0;
  ssize_t n;
  do n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC); while (n < 0 && errno == EINTR);
  if (n < 0) return -errno;
  for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h; h = CMSG_NXTHDR(&message, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) continue;
    size_t found = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < found; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
      if (*count < capacity) descriptors[(*count)++] = fd; else close(fd);
    }
  }
  return n;
}

int CLinux_peer_credentials(int socket, pid_t *pid, uid_t *uid, gid_t *gid) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -errno;
  *pid = peer.pid;
  *uid = peer.uid;
  *gid = peer.gid;
  return 0;
}

int CLinux_set_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0; }
int CLinux_set_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ? -errno : 0; }

int CLinux_set_nonblocking(int descriptor, int on) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0) return -errno;
  return fcntl(descriptor, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) ? -errno : 0;
}

int CLinux_sync_filesystem(int descriptor) { return syncfs(descriptor) == 0 ? 0 : -errno; }

int CLinux_open(const char *path, int flags, mode_t mode) {
  int fd;
  do fd = open(path, flags | O_CLOEXEC, mode); while (fd < 0 && errno == EINTR);
  return fd < 0 ? -errno : fd;
}

int CLinux_memfd(const char *name, int seal_shrink_grow, size_t size) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return -errno;
  if (ftruncate(fd, (off_t)size) != 0 ||
      (seal_shrink_grow && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)) {
    int code = errno;
    close(fd);
    return -code;
  }
  return fd;
}

int CLinux_close_from(int first) { return syscall(SYS_close_range, first, ~0U, 0) ? -errno : 0; }

int CLinux_pidfd_open(pid_t pid) {
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  return fd < 0 ? -errno : fd;
}

int CLinux_signalfd(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
  int code = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (code != 0) return -code;
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -errno : fd;
}

int CLinux_accept(int listener) {
  int fd;
  do fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC); while (fd < 0 && errno == EINTR);
  return fd < 0 ? -errno : fd;
}

int CLinux_fill_random(void *bytes, size_t count) {
  for (size_t done = 0; done < count;) {
    ssize_t n = getrandom((char *)bytes + done, count - done, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -errno;
    done += (size_t)n;
  }
  return 0;
}

void CLinux_line_buffer_stdout(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
