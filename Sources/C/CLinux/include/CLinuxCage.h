// What a process gives up for good, and proof of it.
#ifndef CLINUX_CAGE_H
#define CLINUX_CAGE_H
#include <stddef.h>
#include <stdint.h>

// Landlock: glibc has no wrappers, and Debian 12's headers know only the first two versions of the interface.
// The version that the kernel speaks, or -errno (ENOSYS: not built; EOPNOTSUPP: switched off at boot).
int CLinux_landlock_version(void);
// Holds the calling thread to a ruleset without rules that handles what the three masks name. `size` is how many bytes of
// the three the kernel's version knows (8, 16 or 24). Returns 0 or -errno.
int CLinux_landlock_deny(uint64_t files, uint64_t network, uint64_t scopes, size_t size);

// Capabilities: no wrappers outside of libcap, which would be a library for two calls.
int CLinux_drop_capabilities(void);
int CLinux_has_capabilities(void); // 1 when any is permitted, effective or inheritable; 0; or -errno

int CLinux_no_new_privileges(void); // prctl is variadic; 1 when they are forbidden
#endif
