// Rows of a benchmark: what is measured, and the floor that it stands on, in turns.
#pragma once

#include <ctime>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

struct Row {
  std::string name;
  std::function<void()> ours;
  std::function<void()> floor;  // the bare calls of mbedTLS; may be empty
};

// Seconds of work that a row needs done but does not measure; it adds them here.
inline double& not_counted() {
  static double seconds = 0;
  return seconds;
}

inline double cpu_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 - not_counted();
}

// Microseconds of processor time for one call, over at least `least` seconds.
inline double microseconds(const std::function<void()>& call, double least = 0.05) {
  for (int calls = 1;; calls *= 2) {
    const double begin = cpu_seconds();
    for (int i = 0; i < calls; ++i)
      call();
    const double spent = cpu_seconds() - begin;
    if (spent >= least) return spent / calls * 1e6;
  }
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// One line for each row: name, microseconds, microseconds of the floor (or -).
inline void run(const std::vector<Row>& rows, int rounds) {
  for (const Row& row : rows) {
    std::vector<double> ours;
    std::vector<double> floor;
    row.ours();  // what is made once is no part of the measurement
    if (row.floor) row.floor();
    for (int i = 0; i < rounds; ++i) {
      ours.push_back(microseconds(row.ours));
      if (row.floor) floor.push_back(microseconds(row.floor));
    }
    std::cout << row.name << '\t' << median(ours) << '\t'
              << (row.floor ? std::to_string(median(floor)) : "-") << std::endl;
  }
}

inline void require(bool good, const char* what) {
  if (good) return;
  std::cerr << "failed: " << what << '\n';
  std::exit(1);
}
