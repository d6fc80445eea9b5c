// sd-bus as it is: its variadic calls have plain ones beside them, and a connection without registered objects hands every
// method call to whoever processes it, so that neither vtables (macros) nor callbacks are needed.
#ifndef CSYSTEMD_SHIM_H
#define CSYSTEMD_SHIM_H
#include <systemd/sd-bus.h>
#endif
