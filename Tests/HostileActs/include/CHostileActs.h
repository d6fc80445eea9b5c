// What hostile code inside the decoder would try, one act at a time. Each act is a function of one argument, a word from
// the test: a path, a port, a process. It returns 0 when it did what it set out to do, or the errno that stopped it.
// C, as most of it are system calls by their numbers and calls that Swift keeps from its users, such as fork.
#ifndef CHOSTILEACTS_H
#define CHOSTILEACTS_H

// The act's result, or -1 when none has this name.
int CHostileActs_perform(const char *name, const char *argument);

// A process for others to attack: lets anybody trace it, and returns eight bytes for them to read.
const char *CHostileActs_victim(void);

// Starts a thread that sleeps for ever.
int CHostileActs_start_thread(void);
#endif
