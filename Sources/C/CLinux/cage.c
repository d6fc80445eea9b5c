#define _GNU_SOURCE
#include "CLinuxCage.h"
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// The same numbers on every architecture: they are younger than the common table.
enum { CREATE_RULESET = 444, RESTRICT_SELF = 446 };

int CLinux_landlock_version(void) {
  long version = syscall(CREATE_RULESET, NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */);
  return version < 0 ? -errno : (int)version;
}

int CLinux_landlock_deny(uint64_t files, uint64_t network, uint64_t scopes, size_t size) {
  // struct landlock_ruleset_attr as of version 6.
  struct { uint64_t files, network, scopes; } attributes = {files, network, scopes};
  if (size > sizeof attributes) return -EINVAL;
  long ruleset = syscall(CREATE_RULESET, &attributes, size, 0);
  if (ruleset < 0) return -errno;
  int code = syscall(RESTRICT_SELF, (int)ruleset, 0) == 0 ? 0 : -errno;
  close((int)ruleset);
  return code;
}

int CLinux_drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
  memset(none, 0, sizeof none);
  return syscall(SYS_capset, &header, none) == 0 ? 0 : -errno;
}

int CLinux_has_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
  // Not zero: an answer that never came is no good news.
  memset(sets, 0xff, sizeof sets);
  if (syscall(SYS_capget, &header, sets) != 0) return -errno;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
    if (sets[i].permitted | sets[i].effective | sets[i].inheritable) return 1;
  return 0;
}

int CLinux_no_new_privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }
