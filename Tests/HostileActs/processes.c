// Other processes: new ones, and those that are there.
#define _GNU_SOURCE
#include "acts.h"
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

static int wait_for(pid_t child) {
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return errno;
  return 0;
}

static int execute(const char *marker) {
  char *arguments[] = {"touch", (char *)marker, NULL}, *none[] = {NULL};
  return result(execve("/bin/touch", arguments, none));
}
static int fork_child(const char *unused) {
  (void)unused;
  pid_t child = fork();
  if (child == 0) _exit(0);
  return child < 0 ? errno : wait_for(child);
}
static int vfork_child(const char *unused) {
  (void)unused;
  pid_t child = vfork();
  if (child == 0) _exit(0);
  return child < 0 ? errno : wait_for(child);
}
static int clone3_child(const char *unused) {
  struct clone_args arguments = {.exit_signal = SIGCHLD};
  (void)unused;
  long child = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child == 0) _exit(0);
  return child < 0 ? errno : wait_for((pid_t)child);
}
static void *nothing(void *argument) { return argument; }
static int start_thread(const char *unused) {
  pthread_t thread;
  (void)unused;
  int code = pthread_create(&thread, NULL, nothing, NULL);
  return code ? code : pthread_join(thread, NULL);
}

static int trace(const char *process) {
  return result(ptrace(PTRACE_SEIZE, (pid_t)atoi(process), NULL, NULL));
}
// "PROCESS:ADDRESS" of eight bytes that are known.
static int read_memory(const char *place) {
  char bytes[8];
  unsigned long long address = 0;
  int process = 0;
  if (sscanf(place, "%d:%llu", &process, &address) != 2) return EINVAL;
  struct iovec here = {bytes, sizeof bytes}, there = {(void *)(uintptr_t)address, sizeof bytes};
  if (process_vm_readv(process, &here, 1, &there, 1, 0) < 0) return errno;
  return memcmp(bytes, "vitrine!", sizeof bytes) == 0 ? 0 : EIO;
}
static int kill_process(const char *process) { return result(kill((pid_t)atoi(process), SIGKILL)); }
static int open_process(const char *process) {
  return descriptor(syscall(SYS_pidfd_open, (pid_t)atoi(process), 0));
}
// The standard input of another process.
static int steal_descriptor(const char *process) {
  long handle = syscall(SYS_pidfd_open, (pid_t)atoi(process), 0);
  if (handle < 0) return errno;
  int code = descriptor(syscall(438 /* pidfd_getfd */, handle, 0, 0));
  close((int)handle);
  return code;
}
static int find_parent(const char *process) { return getppid() == atoi(process) ? 0 : ENOTUNIQ; }

const struct act process_acts[] = {
    {"execve", execute}, {"fork", fork_child}, {"vfork", vfork_child}, {"clone3", clone3_child},
    {"thread", start_thread}, {"ptrace", trace}, {"process-vm-readv", read_memory}, {"kill", kill_process},
    {"pidfd-open", open_process}, {"pidfd-getfd", steal_descriptor}, {"getppid", find_parent}, {0}};
