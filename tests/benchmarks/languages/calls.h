/* What the programs in C and C++ of calls.py share: the clock, and the best of some rounds. */
#ifndef COFFER_BENCHMARKS_CALLS_H
#define COFFER_BENCHMARKS_CALLS_H

/* NOLINTBEGIN(modernize-*): it is C as well. */

#include <stdio.h>
#include <time.h>

enum { CALLS_ROUNDS = 5, CALLS_TIMES = 300000 };

/* Nanoseconds of the processor that this thread has used: the engine works in others. */
static inline long long calls_now(void) {
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline void calls_tell(const char* name, const double* costs) {
  double best = costs[0];
  for (int round = 1; round < CALLS_ROUNDS; ++round)
    best = costs[round] < best ? costs[round] : best;
  printf("%s %.1f\n", name, best);
}

/* NOLINTEND(modernize-*) */

#endif
