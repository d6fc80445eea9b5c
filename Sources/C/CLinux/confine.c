#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int CLinux_pidfd_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) ? -errno : 0;
}

int CLinux_private_mounts(void) {
  if (unshare(CLONE_NEWNS) != 0) return -errno;
  // What the host unmounts later must go here, too; nothing of ours may go back.
  return mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) ? -errno : 0;
}

int CLinux_mount_memory(const char *target, const char *options) {
  return mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, options) ? -errno : 0;
}

int CLinux_mount_bind(const char *source, const char *target) {
  return mount(source, target, NULL, MS_BIND | MS_REC, NULL) ? -errno : 0;
}

int CLinux_become(uid_t uid, gid_t gid) {
  if (uid == 0 || gid == 0) return -EINVAL;
  if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) return -errno;
  uid_t r, e, s;
  if (getresuid(&r, &e, &s) != 0 || r != uid || e != uid || s != uid) return -EPERM;
  gid_t rg, eg, sg;
  if (getresgid(&rg, &eg, &sg) != 0 || rg != gid || eg != gid || sg != gid) return -EPERM;
  if (setuid(0) == 0 || setgid(0) == 0) return -EPERM;
  return 0;
}

int CLinux_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL) ? -errno : 0; }

int CLinux_name_thread(const char *name) { return prctl(PR_SET_NAME, name) ? -errno : 0; }
