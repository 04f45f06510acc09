// Fixed values of EMVCo's published 3-D Secure samples (their keys are those of RFC 7518,
// appendix C) and values computed from them independently of this library.
#pragma once

#include <string_view>

#include "core/wipe.h"
#include "crypto/p256.h"
#include "octets.h"

namespace emv {

struct KeyText {
  std::string_view d, x, y;
  coffer::crypto::P256Key key() const {
    return coffer::crypto::P256Key::from_parts(b64(d), b64(x), b64(y)).value();
  }
};

constexpr KeyText kSdk{"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
                       "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
                       "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"};
constexpr KeyText kAcs{"0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo",
                       "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
                       "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"};
constexpr KeyText kDirectoryServer{"rAZel3KoyQbPejeMRfKzwnqvZfX23fIKek4OKX-5Iu0",
                                   "2_v-MuNZccqwM7PXlakW9oHLP5XyrjMG1UVS8OxYrgA",
                                   "rm1ktLmFIsP2R0YyJGXtsCbaTUesUK31Xc04tHJRolc"};
constexpr KeyText kOnce{"iyn--IbkBeNoPu8cN245L6pOQWt2lTH8V0Ds92jQmWA",
                        "C1PL42i6kmNkM61aupEAgLJ4gF1ZRzcV7lqo1TG0mL4",
                        "cNToWLSdcFQKG--PGVEUQrIHP8w6TcRyj0pyFx4-ZMc"};

constexpr std::string_view kZ = "9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4";
constexpr std::string_view kReference = "A Dummy SDK Reference Number";
constexpr std::string_view kCek =
    "4b57071c56a1393b613b05948621d2fac5d37c30cbef51d4642a8d1bb22a1c23";

}  // namespace emv
