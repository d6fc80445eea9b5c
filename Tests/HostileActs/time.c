// More time than is one's due.
#define _GNU_SOURCE
#include "acts.h"
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

static int spin(const char *unused) {
  for (volatile unsigned long turns = 0;; turns++) {}
  return unused != NULL;
}
// Forgets whose child it is, and goes on.
static int outlive(const char *unused) {
  if (prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) != 0) return errno;
  return spin(unused);
}
static int ignore_end(const char *unused) {
  (void)unused;
  return signal(SIGTERM, SIG_IGN) == SIG_ERR ? errno : 0;
}
static int block_signals(const char *unused) {
  sigset_t all;
  sigfillset(&all);
  (void)unused;
  return result(sigprocmask(SIG_BLOCK, &all, NULL));
}
static int set_alarm(const char *unused) {
  struct itimerval later = {.it_value = {1000, 0}};
  (void)unused;
  return result(setitimer(ITIMER_REAL, &later, NULL));
}
static int make_timer(const char *unused) {
  struct sigevent none = {.sigev_notify = SIGEV_NONE};
  timer_t timer;
  (void)unused;
  return result(timer_create(CLOCK_MONOTONIC, &none, &timer));
}
static int sleep_a_little(const char *unused) {
  struct timespec little = {0, 1000};
  (void)unused;
  return result(nanosleep(&little, NULL));
}
static int be_nicer(const char *unused) { (void)unused; return result(setpriority(PRIO_PROCESS, 0, 5)); }
static int yield(const char *unused) { (void)unused; return result(sched_yield()); }
static int requeue(const char *unused) {
  int from = 0, to = 0;
  (void)unused;
  return result(syscall(SYS_futex, &from, FUTEX_CMP_REQUEUE, 1, 1, &to, 0));
}

const struct act time_acts[] = {
    {"spin", spin}, {"outlive", outlive}, {"ignore-sigterm", ignore_end}, {"block-signals", block_signals}, {"alarm", set_alarm},
    {"timer", make_timer}, {"nanosleep", sleep_a_little}, {"setpriority", be_nicer}, {"sched-yield", yield},
    {"futex-requeue", requeue}, {0}};
