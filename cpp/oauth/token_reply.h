// What authorization servers answer, and what their refusals mean.
#pragma once

#include <string>
#include <string_view>

namespace coffer::oauth {

// "tid/oid" of a token's payload; "" when it lacks either.
std::string owner_of(std::string_view payload);

// What a user can do about an AADSTS code in an error_description; "" for an unknown one.
std::string advice_for(std::string_view description);

}  // namespace coffer::oauth
