// The screen of a CRes, element by element (emv-3ds sections 9.2 to 9.4).
//
// Threads: free functions without state.
#pragma once

#include "core/json.h"
#include "threeds/cres.h"
#include "threeds/fault.h"
#include "threeds/screen.h"

namespace coffer::threeds {

// `ui_type` exists in the version. Adds to `faults`: 201 for what the template requires, 203 for
// wrong types and values, 204 for a choice given twice. Notes go into the screen.
void read_screen(core::JsonView root, std::int32_t ui_type, const CresExpectations& expected,
                 Screen& screen, Faults& faults);

// Absent, null or an empty string: all three are missing (emv-3ds section 11.2, 201).
bool is_missing(core::JsonView value);

}  // namespace coffer::threeds
