// Ports of the tests' own, for servers that want to be told theirs: nobody gets one in between.
#pragma once

namespace coffer::test {

// A port at which nobody listens, on either family. The system gives it to nobody by itself, and
// no other test asks for it as long as this process lives (tests/python/ports.py does the same).
// Threads: any.
int own_port();

}  // namespace coffer::test
