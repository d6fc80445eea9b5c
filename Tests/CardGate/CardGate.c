// A driver for pcscd that is another driver with a plug: while the file GATE_FILE exists, its readers do not answer, as
// ones whose cable was pulled. Tests use it to unplug virtual readers, whose own driver has nothing that could be
// pulled. In C because pcscd loads drivers as shared libraries with C functions, into a process of its own.
//
//   GATE_DRIVER  the driver behind
//   GATE_FILE    exists while unplugged

#include <dlfcn.h>
#include <ifdhandler.h>
#include <stdlib.h>
#include <unistd.h>

static int is_pulled(void) {
  const char *path = getenv("GATE_FILE");
  return path && access(path, F_OK) == 0;
}

static void *behind(const char *name) {
  static void *driver;
  if (!driver) {
    const char *path = getenv("GATE_DRIVER");
    driver = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
  }
  return driver ? dlsym(driver, name) : NULL;
}

// Calls the same function of the driver behind, unless there is none or the plug is pulled.
#define PASS(name, type, ...)                                  \
  RESPONSECODE(*next) type = behind(name);                     \
  return next && !is_pulled() ? next(__VA_ARGS__) : IFD_COMMUNICATION_ERROR

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR device) {
  PASS("IFDHCreateChannelByName", (DWORD, LPSTR), lun, device);
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel) {
  PASS("IFDHCreateChannel", (DWORD, DWORD), lun, channel);
}

// Also with the plug pulled: what the driver holds has to be let go of.
RESPONSECODE IFDHCloseChannel(DWORD lun) {
  RESPONSECODE (*next)(DWORD) = behind("IFDHCloseChannel");
  return next ? next(lun) : IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value) {
  PASS("IFDHGetCapabilities", (DWORD, DWORD, PDWORD, PUCHAR), lun, tag, length, value);
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value) {
  PASS("IFDHSetCapabilities", (DWORD, DWORD, DWORD, PUCHAR), lun, tag, length, value);
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1, UCHAR pts2, UCHAR pts3) {
  PASS("IFDHSetProtocolParameters", (DWORD, DWORD, UCHAR, UCHAR, UCHAR, UCHAR), lun, protocol, flags, pts1, pts2, pts3);
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length) {
  PASS("IFDHPowerICC", (DWORD, DWORD, PUCHAR, PDWORD), lun, action, atr, length);
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR command, DWORD count, PUCHAR answer,
                               PDWORD length, PSCARD_IO_HEADER receive) {
  PASS("IFDHTransmitToICC", (DWORD, SCARD_IO_HEADER, PUCHAR, DWORD, PUCHAR, PDWORD, PSCARD_IO_HEADER), lun, send,
       command, count, answer, length, receive);
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR in, DWORD count, PUCHAR out, DWORD room, LPDWORD length) {
  PASS("IFDHControl", (DWORD, DWORD, PUCHAR, DWORD, PUCHAR, DWORD, LPDWORD), lun, code, in, count, out, room, length);
}

RESPONSECODE IFDHICCPresence(DWORD lun) { PASS("IFDHICCPresence", (DWORD), lun); }
