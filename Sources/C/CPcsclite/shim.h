#ifndef CPCSCLITE_SHIM_H
#define CPCSCLITE_SHIM_H

#include <winscard.h>

// Macros that take the address of a constant are not imported.
static inline const SCARD_IO_REQUEST *CPcsclite_headerT0(void) { return SCARD_PCI_T0; }
static inline const SCARD_IO_REQUEST *CPcsclite_headerT1(void) { return SCARD_PCI_T1; }
// Neither are macros with casts: the wait that only a change or a cancellation ends.
static const DWORD CPcsclite_forever = INFINITE;

#endif
