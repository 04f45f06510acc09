// A second class, whose handles are none of the sample's.
#pragma once

#include "core/component.h"

namespace coffer::sample {

const core::ClassInfo kOtherInfo = {"Other", nullptr, 0, nullptr, 0, nullptr, 0};

// Threads: see core::Component.
class Other final : public core::Component {
 public:
  Other() : Component(kOtherInfo) {}
};

}  // namespace coffer::sample
