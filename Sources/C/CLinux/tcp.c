// A file of its own: <linux/tcp.h> and <netinet/tcp.h> define the same names.
#include "CLinux.h"
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int CLinux_tcp_bytes(int socket, uint64_t *received, uint64_t *sent) {
  struct tcp_info info;
  memset(&info, 0, sizeof info);
  socklen_t length = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return -errno;
  *received = info.tcpi_bytes_received;
  *sent = info.tcpi_bytes_sent;
  return 0;
}
