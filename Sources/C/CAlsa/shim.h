#ifndef CALSA_SHIM_H
#define CALSA_SHIM_H
#include <alsa/asoundlib.h>

static inline void CAlsa_say_nothing(
    const char *file, int line, const char *function, int code, const char *format, ...) {}

// The handler's type is variadic, which Swift does not import. Without it the library writes to this program's stderr.
static inline void CAlsa_silence(void) { snd_lib_error_set_handler(CAlsa_say_nothing); }
#endif
