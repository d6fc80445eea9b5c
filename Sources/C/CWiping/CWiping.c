// An allocator's `free` and `realloc` that leave nothing behind, in the program itself: the dynamic linker prefers them to
// those of the C library for every library of the process. glibc's own means (M_PERTURB) passes over the small blocks in
// which strings live (the thread caches), and can only be told otherwise from the environment.

#define _GNU_SOURCE
#include "CWiping.h"
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

// glibc keeps this name for programs that put something in front of `free`.
extern void __libc_free(void *pointer);

void free(void *pointer) {
  if (pointer == NULL) return;
  explicit_bzero(pointer, malloc_usable_size(pointer));
  __libc_free(pointer);
}

// glibc's own would free the old block without passing here.
void *realloc(void *pointer, size_t size) {
  if (pointer == NULL) return malloc(size);
  if (size == 0) {
    free(pointer);
    return NULL;
  }
  size_t had = malloc_usable_size(pointer);
  // Not worth a move; nor may a small rest keep a large block alive.
  if (size <= had && size >= had / 2) return pointer;
  void *moved = malloc(size);
  if (moved == NULL) return NULL;
  memcpy(moved, pointer, had < size ? had : size);
  free(pointer);
  return moved;
}

void *reallocarray(void *pointer, size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  return realloc(pointer, total);
}
