// The kernel's wider doors, and one's own limits and privileges.
#define _GNU_SOURCE
#include "acts.h"
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static int ring(const char *unused) {
  struct io_uring_params parameters;
  memset(&parameters, 0, sizeof parameters);
  (void)unused;
  return descriptor(syscall(SYS_io_uring_setup, 1, &parameters));
}
static int load_map(const char *unused) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = attributes.value_size = 4;
  attributes.max_entries = 1;
  (void)unused;
  return descriptor(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}
static int find_keyring(const char *unused) {
  (void)unused;
  return result(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
}
static int add_key(const char *unused) {
  (void)unused;
  return result(syscall(SYS_add_key, "user", "hostile", "x", 1, KEY_SPEC_PROCESS_KEYRING));
}
static int count_events(const char *unused) {
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_SW_TASK_CLOCK;
  attributes.exclude_kernel = 1;
  (void)unused;
  return descriptor(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}
static int watch_folder(const char *unused) { (void)unused; return descriptor(inotify_init1(0)); }
static int event_descriptor(const char *unused) { (void)unused; return descriptor(eventfd(0, 0)); }
static int name_oneself(const char *unused) { (void)unused; return result(prctl(PR_SET_NAME, "innocent", 0, 0, 0)); }
static int forget_parent(const char *unused) { (void)unused; return result(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)); }
static int raise_limit(const char *unused) {
  struct rlimit limit = {1 << 16, RLIM_INFINITY};
  (void)unused;
  // With a bound of one's own that is lower: EPERM would be the answer of a call that was made.
  int code = result(setrlimit(RLIMIT_NOFILE, &limit));
  return code == EPERM ? 0 : code;
}
static int raise_limit_newly(const char *unused) {
  struct rlimit limit;
  (void)unused;
  return result(prlimit(0, RLIMIT_AS, NULL, &limit));
}
static int change_personality(const char *unused) { (void)unused; return result(personality(READ_IMPLIES_EXEC)); }
static int new_namespace(const char *unused) { (void)unused; return result(unshare(CLONE_NEWUSER)); }
static int change_user(const char *unused) { (void)unused; return result(setuid(getuid())); }
static int add_filter(const char *unused) {
  (void)unused;
  // No filter is there: EFAULT is the answer of a call that was made.
  int code = result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL));
  return code == EFAULT || code == EACCES ? 0 : code;
}
static int restrict_oneself(const char *unused) {
  (void)unused;
  return result(syscall(444 /* landlock_create_ruleset */, NULL, 0, 1));
}
static int move_to_processor(const char *unused) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  (void)unused;
  return result(sched_setaffinity(0, sizeof set, &set));
}

// The kernel's second and third entrance, which only x86-64 has: getpid by both.
static int call_as_32_bits(const char *unused) {
  (void)unused;
#if defined(__x86_64__)
  long value;
  __asm__ volatile("int $0x80" : "=a"(value) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
  return value > 0 ? 0 : (int)-value;
#else
  return ENOSYS;
#endif
}
static int call_as_x32(const char *unused) {
  (void)unused;
#if defined(__x86_64__)
  return result(syscall(0x40000000L | 39));
#else
  return ENOSYS;
#endif
}
// A number that no kernel has yet.
static int call_unknown(const char *unused) { (void)unused; return result(syscall(4000)); }

const struct act kernel_acts[] = {
    {"io-uring", ring}, {"bpf", load_map}, {"keyctl", find_keyring}, {"add-key", add_key}, {"perf-event", count_events},
    {"inotify", watch_folder}, {"eventfd", event_descriptor}, {"prctl-name", name_oneself},
    {"prctl-parent", forget_parent}, {"setrlimit", raise_limit}, {"prlimit", raise_limit_newly},
    {"personality", change_personality}, {"unshare", new_namespace}, {"setuid", change_user}, {"seccomp", add_filter},
    {"landlock", restrict_oneself}, {"affinity", move_to_processor}, {"int80", call_as_32_bits}, {"x32", call_as_x32},
    {"unknown-call", call_unknown}, {0}};
