// What is wrong with a message from the ACS, in the words of the Erro that answers it (emv-3ds
// section 11).
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::threeds {

struct ProtocolFault {
  std::string emv_code;            // errorCode of the Erro: "101" …
  std::string error_description;   // of the Erro
  std::string error_detail;        // names of the elements, parent.child, comma-separated
  std::string error_message_type;  // "CRes"; "" when the type could not be read
  std::int32_t manual_code = 0;    // what the method raises: 1101 … 1302
  std::string text;                // for core::Error
};

// Which code a method raises for an EMV error code: 1000 + code for the six that the manual lists,
// else 1101 (emv-3ds section 11.2).
std::int32_t manual_code_of(std::string_view emv_code) noexcept;
// The description that an Erro of ours carries.
std::string_view error_description_of(std::string_view emv_code) noexcept;
ProtocolFault make_fault(std::string_view emv_code, std::string_view detail,
                         std::string_view message_type = "CRes");

// Collects faults of one stage of the checks. The first code stays; names of the same code are
// joined with commas, so that one Erro names all missing elements.
class Faults {
 public:
  void add(std::string_view emv_code, std::string_view element);
  bool none() const noexcept { return code_.empty(); }
  ProtocolFault first() const;

 private:
  std::string code_;
  std::vector<std::string> elements_;
};

}  // namespace coffer::threeds
