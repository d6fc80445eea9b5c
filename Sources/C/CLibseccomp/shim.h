#ifndef CLIBSECCOMP_SHIM_H
#define CLIBSECCOMP_SHIM_H
#include <seccomp.h>

// Function-like macros and macros with casts are not imported by Swift.
static inline uint32_t CLibseccomp_errno(uint16_t code) { return SCMP_ACT_ERRNO(code); }
static inline uint32_t CLibseccomp_kill(void) { return SCMP_ACT_KILL_PROCESS; }
static inline uint32_t CLibseccomp_allow(void) { return SCMP_ACT_ALLOW; }
static inline int CLibseccomp_unknown(void) { return __NR_SCMP_ERROR; }
#endif
