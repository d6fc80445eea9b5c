// A file of its own: <linux/kd.h> and <linux/vt.h> are not part of Swift's Glibc module, and ioctl is variadic.
#include "CLinux.h"
#include <errno.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <string.h>
#include <sys/ioctl.h>

int CLinux_console_active(int fd) {
  struct vt_stat state;
  return ioctl(fd, VT_GETSTATE, &state) ? -errno : state.v_active;
}

int CLinux_console_activate(int fd, int number) { return ioctl(fd, VT_ACTIVATE, number) ? -errno : 0; }

int CLinux_console_graphics(int fd, int on) { return ioctl(fd, KDSETMODE, on ? KD_GRAPHICS : KD_TEXT) ? -errno : 0; }

int CLinux_console_keyboard(int fd) {
  int mode;
  return ioctl(fd, KDGKBMODE, &mode) ? -errno : mode;
}

int CLinux_console_set_keyboard(int fd, int mode) {
  return ioctl(fd, KDSKBMODE, mode == CLINUX_KEYBOARD_OFF ? K_OFF : mode) ? -errno : 0;
}

int CLinux_console_switching(int fd, int release_signal, int acquire_signal) {
  struct vt_mode mode;
  memset(&mode, 0, sizeof mode);
  mode.mode = release_signal ? VT_PROCESS : VT_AUTO;
  mode.relsig = (short)release_signal;
  mode.acqsig = (short)acquire_signal;
  return ioctl(fd, VT_SETMODE, &mode) ? -errno : 0;
}

int CLinux_console_allow_switch(int fd) { return ioctl(fd, VT_RELDISP, 1) ? -errno : 0; }
