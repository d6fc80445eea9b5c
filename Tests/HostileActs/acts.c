#define _GNU_SOURCE
#include "CHostileActs.h"
#include "acts.h"
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>

int CHostileActs_perform(const char *name, const char *argument) {
  const struct act *tables[] = {file_acts, process_acts, memory_acts, kernel_acts, time_acts};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    for (const struct act *act = tables[i]; act->name; act++)
      if (strcmp(act->name, name) == 0) return act->perform(argument);
  return -1;
}

const char *CHostileActs_victim(void) {
  static char secret[] = "vitrine!";
  // Where the kernel lets only ancestors trace (yama).
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  return secret;
}

static void *sleep_for_ever(void *unused) {
  for (;;) pause();
  return unused;
}

int CHostileActs_start_thread(void) {
  pthread_t thread;
  return pthread_create(&thread, NULL, sleep_for_ever, NULL);
}
