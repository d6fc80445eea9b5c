#ifndef ACTS_H
#define ACTS_H
#include <errno.h>
#include <unistd.h>

struct act { const char *name; int (*perform)(const char *argument); };

// Each file's acts, ended by a row without a name.
extern const struct act file_acts[], process_acts[], memory_acts[], kernel_acts[], time_acts[];

// What a call returned as an act's result: an errno, or 0.
static inline int result(long value) { return value < 0 ? errno : 0; }
// The same for calls that return a descriptor, which is closed again.
static inline int descriptor(long value) {
  if (value < 0) return errno;
  close((int)value);
  return 0;
}
#endif
