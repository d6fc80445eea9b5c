// Memory: code of one's own, memory of others, and too much of it.
#define _GNU_SOURCE
#include "acts.h"
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>

enum { PAGE = 4096 };

static void *page(int protection, int flags) {
  void *memory = mmap(NULL, PAGE, protection, flags | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

static int map_code(const char *unused) {
  (void)unused;
  return page(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE) ? 0 : errno;
}
// Writes a function that returns, and calls it.
static int turn_to_code(const char *unused) {
#if defined(__x86_64__)
  const uint8_t code[] = {0xc3};
#else
  const uint8_t code[] = {0xc0, 0x03, 0x5f, 0xd6};
#endif
  (void)unused;
  void *memory = page(PROT_READ | PROT_WRITE, MAP_PRIVATE);
  if (!memory) return errno;
  memcpy(memory, code, sizeof code);
  if (mprotect(memory, PAGE, PROT_READ | PROT_EXEC) != 0) return errno;
  __builtin___clear_cache((char *)memory, (char *)memory + PAGE);
  void (*function)(void);
  memcpy(&function, &memory, sizeof function);
  function();
  return 0;
}
static int map_shared(const char *unused) {
  (void)unused;
  return page(PROT_READ | PROT_WRITE, MAP_SHARED) ? 0 : errno;
}
static int map_socket(const char *unused) {
  (void)unused;
  // A socket cannot be mapped: ENODEV is the answer of a call that was made.
  return mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 3, 0) == MAP_FAILED && errno != ENODEV ? errno : 0;
}
// A page of one's own put over another mapping.
static int map_over(const char *unused) {
  (void)unused;
  void *target = page(PROT_READ, MAP_PRIVATE), *source = page(PROT_READ | PROT_WRITE, MAP_PRIVATE);
  if (!target || !source) return errno;
  return mremap(source, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == MAP_FAILED ? errno : 0;
}
static int lock_memory(const char *unused) {
  (void)unused;
  void *memory = page(PROT_READ | PROT_WRITE, MAP_PRIVATE);
  return memory ? result(mlock(memory, PAGE)) : errno;
}
static int map_locked(const char *unused) {
  (void)unused;
  return page(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_LOCKED) ? 0 : errno;
}

// As much as the word says in MiB, or until there is no more: first mapped, then from the heap. Nothing is touched.
static int take_memory(const char *limit) {
  for (long taken = 0; taken < atol(limit); taken += 16)
    if (mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
      return errno;
  return 0;
}
static int grow_heap(const char *limit) {
  for (long taken = 0; taken < atol(limit); taken += 16)
    if (sbrk(16 << 20) == (void *)-1) return errno;
  return 0;
}

static int shared_segment(const char *unused) {
  (void)unused;
  int identifier = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600);
  if (identifier < 0) return errno;
  void *memory = shmat(identifier, NULL, 0);
  int code = memory == (void *)-1 ? errno : 0;
  shmctl(identifier, IPC_RMID, NULL);
  return code;
}
static int attach_segment(const char *unused) {
  (void)unused;
  // No segment has this number: EINVAL is the answer of a call that was made.
  return shmat(-1, NULL, 0) == (void *)-1 && errno != EINVAL ? errno : 0;
}
static int handle_faults(const char *unused) {
  (void)unused;
  return descriptor(syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */));
}

const struct act memory_acts[] = {
    {"mmap-code", map_code}, {"mprotect-code", turn_to_code}, {"mmap-shared", map_shared}, {"mmap-socket", map_socket},
    {"mremap-over", map_over}, {"mlock", lock_memory}, {"mmap-locked", map_locked}, {"take-memory", take_memory},
    {"grow-heap", grow_heap}, {"shmget", shared_segment}, {"shmat", attach_segment}, {"userfaultfd", handle_faults},
    {0}};
