// The engine behind the sample description: one of everything that the generator can carry.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/component.h"
#include "device_surface.h"

namespace coffer::sample {

// Threads: see core::Component.
class Device final : public core::Component {
 public:
  Device() : Component(kDeviceInfo) { store(kMasterStrength, std::int32_t{2048}); }

  core::Bytes mix(const std::string& text, const core::Bytes& data, bool turn_around,
                  std::int32_t times) {
    const ActionScope action(*this);
    core::Bytes result(text.begin(), text.end());
    for (std::int32_t i = 0; i < times; ++i) {
      result.insert(result.end(), data.begin(), data.end());
    }
    if (turn_around) {
      std::reverse(result.begin(), result.end());
    }
    AskEvent ask;
    ask.question = text;
    ask.data = data;
    ask.body = core::LazyBytes([this, result] {
      ++loads;
      return result;
    });
    ask.size = std::int64_t{1} << 40;
    ask.answer = "none";
    ask.sure = true;
    ask.tries = 3;
    fire(kOnAsk, ask);
    core::Bytes answer(ask.answer.begin(), ask.answer.end());
    answer.push_back(ask.sure ? '!' : '?');
    answer.push_back(static_cast<std::uint8_t>('0' + ask.tries));
    answer.insert(answer.end(), result.begin(), result.end());
    return answer;
  }
  std::int64_t count_up(std::int64_t by) { return total_ += by; }
  bool toggle() { return on_ = !on_; }

  int loads = 0;

 protected:
  core::Value compute(int property, int index) const override {
    return property == kTotal ? core::Value(total_) : Component::compute(property, index);
  }

 private:
  std::int64_t total_ = 0;
  bool on_ = false;
};

}  // namespace coffer::sample
