#ifndef CLIBSECCOMP_SHIM_H
#define CLIBSECCOMP_SHIM_H
#include <seccomp.h>

// Function-like macros and macros with casts are not imported by Swift.
static inline uint32_t CLibseccomp_errno(uint16_t code) { return SCMP_ACT_ERRNO(code); }
static inline uint32_t CLibseccomp_kill(void) { return SCMP_ACT_KILL_PROCESS; }
static inline uint32_t CLibseccomp_allow(void) { return SCMP_ACT_ALLOW; }
static inline int CLibseccomp_unknown(void) { return __NR_SCMP_ERROR; }
// seccomp_rule_add is variadic, and the comparison's constructors are macros.
static inline int CLibseccomp_add(scmp_filter_ctx filter, uint32_t action, int call) {
  return seccomp_rule_add_array(filter, action, call, 0, 0);
}
static inline int CLibseccomp_add_masked(scmp_filter_ctx filter, uint32_t action, int call, unsigned argument,
                                         uint64_t mask, uint64_t value) {
  struct scmp_arg_cmp comparison = {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
  return seccomp_rule_add_array(filter, action, call, 1, &comparison);
}
#endif
