// doctest without tests: the scripted ACS asserts, and a failure ends the program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "threeds_measure.h"

void asserts_end_the_program() {
  static doctest::Context context;
  context.setAsDefaultForAssertsOutOfTestCases();
  context.setAssertHandler(
      [](const doctest::AssertData& data) { require(!data.m_failed, data.m_expr); });
}
