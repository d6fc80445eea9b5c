// The few pieces of Linux that Swift cannot call: variadic calls, macros that take addresses apart, and the code that
// runs between fork and exec, where no Swift may.
#ifndef CLINUX_H
#define CLINUX_H
#include "CLinuxCage.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// One descriptor that the child is to find under a number of our choosing.
struct CLinux_descriptor { int from; int to; };

// fork + exec. `argv` and `envp` end with NULL. Descriptors not listed in `map` and above 2 are closed in the child;
// the child dies with the parent's calling thread when `dies_with_parent` is set; it starts a process group of its own
// and has no blocked signals. Returns the pid, or -errno; an exec that fails is reported here too (close-on-exec pipe).
// C because nothing but async-signal-safe calls may run between fork and exec.
pid_t CLinux_spawn(const char *path, char *const argv[], char *const envp[], const struct CLinux_descriptor *map,
                   size_t count, int dies_with_parent);

// sendmsg / recvmsg with descriptors: the CMSG_* macros are not imported. Return bytes or -errno. On receive at most
// `capacity` descriptors are stored, any others are closed; all arrive close-on-exec.
ssize_t CLinux_send_descriptors(int socket, const void *bytes, size_t length, const int *descriptors, size_t count);
ssize_t CLinux_receive_descriptors(int socket, void *bytes, size_t length, int *descriptors, size_t capacity,
                                   size_t *count);

// Peer of a connected Unix socket: struct ucred needs _GNU_SOURCE, which Swift's importer does not set.
int CLinux_peer_credentials(int socket, pid_t *pid, uid_t *uid, gid_t *gid);

// prctl, ioctl, fcntl and open are variadic in C.
int CLinux_set_no_new_privileges(void);
int CLinux_set_not_dumpable(void);
int CLinux_set_nonblocking(int descriptor, int on);
int CLinux_open(const char *path, int flags, mode_t mode);
// syncfs needs _GNU_SOURCE. 0 or -errno.
int CLinux_sync_filesystem(int descriptor);
int CLinux_memfd(const char *name, int seal_shrink_grow, size_t size);
int CLinux_close_from(int first);
int CLinux_pidfd_open(pid_t pid);
int CLinux_signalfd(const int *signals, size_t count);
int CLinux_accept(int listener); // accept4 needs _GNU_SOURCE
// TCP payload bytes of a connection from TCP_INFO: the fields are in <linux/tcp.h> only, which clashes with glibc's.
int CLinux_tcp_bytes(int socket, uint64_t *received, uint64_t *sent);
void CLinux_line_buffer_stdout(void); // `stdout` is a mutable global, which Swift 6 does not let in
int CLinux_fill_random(void *bytes, size_t count);
// Signals a process by its pidfd: the number cannot have been given to another process meanwhile.
int CLinux_pidfd_signal(int pidfd, int signal);
// unshare needs _GNU_SOURCE, and the MS_* flags are an enum of another name in Swift. Mounts made afterwards are seen by
// this process and its children only.
int CLinux_private_mounts(void);
int CLinux_mount_memory(const char *target, const char *options);
int CLinux_mount_bind(const char *source, const char *target);
// From root to a plain user for good: groups, gids, uids, and proof that there is no way back.
int CLinux_become(uid_t uid, gid_t gid);
int CLinux_die_with_parent(void); // prctl is variadic
int CLinux_name_thread(const char *name);
// The kernel's device events (netlink, group 1). `buffer` is how many bytes may wait. Returns a non-blocking descriptor
// or -errno.
int CLinux_kernel_events(int buffer);
// The next event: its true length, which is beyond `capacity` for one that was cut, or -errno (ENOBUFS: some were lost).
// `from_kernel` is 0 for a message that another process sent.
ssize_t CLinux_kernel_event(int fd, void *bytes, size_t capacity, int *from_kernel);
// Virtual terminals: ioctl is variadic. Return a number as named, or 0, or -errno.
int CLinux_console_active(int fd); // the number of the terminal that is seen
int CLinux_console_activate(int fd, int number);
int CLinux_console_graphics(int fd, int on);
#define CLINUX_KEYBOARD_OFF (-1)
int CLinux_console_keyboard(int fd); // the mode of its keyboard
int CLinux_console_set_keyboard(int fd, int mode);
// Switching asks this process by the two signals first, or, with 0, nobody.
int CLinux_console_switching(int fd, int release_signal, int acquire_signal);
int CLinux_console_allow_switch(int fd);
#endif
