// What to do about an authorization server's refusal (graph-mail 8.4).
//
// Threads: free functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coffer::oauth {

// Microsoft's numbers in an error_description ("AADSTS70008: …").
std::vector<long> aadsts_numbers(std::string_view description);

// A sentence for the most telling of these, else for the error's name; "" when there is none.
std::string advice_for(const std::string& error, const std::vector<long>& numbers);

// The server may answer otherwise in a while.
bool worth_retrying(const std::string& error, const std::vector<long>& numbers);

}  // namespace coffer::oauth
