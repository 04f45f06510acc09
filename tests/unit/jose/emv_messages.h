// The messages of EMVCo's published samples, sealed under the keys of emv_vectors.h.
#pragma once

#include <string_view>

namespace emv {

// The counter of the published sample is 001.
constexpr std::string_view kCreq =
    R"({"threeDSServerTransID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e","acsTransID":)"
    R"("d7c1ee99-9478-44a6-b1f2-391e29c6b340","messageType":"CReq","messageVersion")"
    R"(:"2.1.0","sdkTransID":"b2385523-a66c-4907-ac3c-91848e8c0067","sdkCounterStoA)"
    R"(":"001"})";

// Header with the published kid "ACSTransactionID".
constexpr std::string_view kCreqCbc =
    R"(eyJhbGciOiJkaXIiLCJraWQiOiJBQ1NUcmFuc2FjdGlvbklEIiwiZW5jIjoiQTEyOENCQy1IUzI1)"
    R"(NiJ9..MduEJ9zyW-6myF0OP2Zf6g.Ek1a4hfYBjURaVUrp1BDJqbKVIGuBKPnE0Orb7Ltt9yZHrL)"
    R"(I4XgwZ901R9Z70cV5k-KA1-I2EJAbaVmamVYISgJdPv3sacBBb0Iwy7xgat7sRk0SX8dT-7pdlpp)"
    R"(NgfmJtzghzSyRoDVYiASELFqp58txyAVBsYupS7-dwW4xhJx6r6gionbxwhTQFkJ-pi1L0KRMp6p)"
    R"(KJ91XSel9SJ-ncM0OKSsl6puURzU15e2g4Pl-Fg5xyzymGyDIcTDdHrifWJLh3kaDx7g3Gx8R3j-)"
    R"(5cTtK0I95KKCg8vcoKbCrlDoBAzIfRFbV3xugnDWnXG47.-Q84vHampMJBuvBa-nilKg)";

constexpr std::string_view kCreqGcm =
    R"(eyJhbGciOiJkaXIiLCJraWQiOiJBQ1NUcmFuc2FjdGlvbklEIiwiZW5jIjoiQTEyOEdDTSJ9..AA)"
    R"(AAAAAAAAAAAAAB.nOYtGTrUX4UueQeIS5JAvA2HinGcprqFzOjjgeK3zgVngx6K99BXJngIocxEl)"
    R"(x5R1HhCqBftV4GMjp084HcmCC4VSceEKS9ko3_7W76trbTuwcSsT-CGL30BQiNSvA8skt3e57bjj)"
    R"(x7_hYd2kQ6jc2ODI6pdrzSCEbT9znOLXmEclWCqaejvWy2z4ZDypnc0O3vLz4VwOtRckk10QoXAq)"
    R"(AMfD3DSDLkd0aD0xn6B3G44t8VbRwlhvKafhZt3svqDXhz1SFU2PKNPmmKzLDShtm_7iX-2O7vZb)"
    R"(8jQJGN5uyBo81QPmR7-6dfuxG8.MWgZo0bmI19U3MkFQn5Myg)";

constexpr std::string_view kCres =
    R"({"threeDSServerTransID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e","acsCounterAt)"
    R"(oS":"000","acsTransID":"d7c1ee99-9478-44a6-b1f2-391e29c6b340","challengeComp)"
    R"(letionInd":"Y","messageType":"CRes","messageVersion":"2.1.0","sdkTransID":"b)"
    R"(2385523-a66c-4907-ac3c-91848e8c0067","transStatus":"Y"})";

// Computed independently: a final CRes under the rightmost half of the session key.
constexpr std::string_view kCresGcm =
    R"(eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIiwia2lkIjoiZDdjMWVlOTktOTQ3OC00NGE2LWIx)"
    R"(ZjItMzkxZTI5YzZiMzQwIn0..______________8A.XeBnIGGOF9knMwqA-wcxQnOl9GcD2KKnFm)"
    R"(PrzPJaR83cFjpAznnSsCd_MXTQjAP55grMBMYQ4dGWjzIEV2sPqENgX3_c8fRetX9cC0PvhfOOTL)"
    R"(eDXCjLwQLKEuqQCAPLwwFXgbUQM3LY0pMZAnqga2bP7G4YTFbugiTCpEn9syX77OhtQCsQjOpsjK)"
    R"(o0LbNsah3eigucRgf2UmHUndhYCXCVUSB7B34t5vCjV_FUD8GZ7LjLlQqN2ZBqrk0wcE8TamIJ0O)"
    R"(diAbvSkpPmAQCAuQaJqifZkH5x5OBzZGo9Bf21JI4d4Jpfa8YuMmq9Imukqm549i9obrS7OBZyL7)"
    R"(ywdpOzdDWZA3S6vgDbL-DorYNEen3254rhxQcpkw.dYaClD37DxzOIbrTRzk2Qw)";

constexpr std::string_view kCresCbc =
    R"(eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2Iiwia2lkIjoiZDdjMWVlOTktOTQ3OC00)"
    R"(NGE2LWIxZjItMzkxZTI5YzZiMzQwIn0..AAECAwQFBgcICQoLDA0ODw.gAMjIgkR5XhONqjDpOwO)"
    R"(L4brvebyVzyfvCFrV8VDVz7taKODqvDtp7o2uJAqVEY7WRGpsJstGc45qLi_AEWCp3vKDpzThDu-)"
    R"(V5WvdVXoc1t3FF9mNM7ubZnxIRRMP6FANvZ2QiESGcJaRDRMrm7ZaW9wvh7_FrgKoMwtkn-X_E4x)"
    R"(Jz4eyMoAyPiWDPVKgfhrGnbDx11eucFcgxXhd7AkFz9lTKKVH9LH-_74SIrHqqlmTtG5KXxQiJDM)"
    R"(PTZgOPlkVQK1vypPh1EVstUpWUpnjrAvejx8ycvFLdcnU5JsqHPSZQOZOPM5UwOI-0nuXib9ltqM)"
    R"(bkjHIlgRsK97tIgauVlpPNkOvwf8GTa8yzKk4Vj74nLGsLU4zIvxkRv2gIoz.PypexDo_SOOrHjC)"
    R"(pb4sz0Q)";

constexpr std::string_view kDeviceInfo =
    R"({"DV":"1.0","DD":{"C001":"Android","C002":"HTC One_M8","C004":"5.0.1","C005")"
    R"(:"en_US","C006":"Eastern Standard Time","C007":"06797903-fb61-41ed-94c2-4d2b)"
    R"(74e27d18","C009":"John's Android Device"},"DPNA":{"C010":"RE01","C011":"RE03)"
    R"("},"SW":["SW01","SW04"]})";

constexpr std::string_view kDeviceHeader =
    R"({"alg":"ECDH-ES","kid":"UUIDkeyidentifierforDS-EC","epk":{"kty":"EC","crv":")"
    R"(P-256","x":"C1PL42i6kmNkM61aupEAgLJ4gF1ZRzcV7lqo1TG0mL4","y":"cNToWLSdcFQKG-)"
    R"(-PGVEUQrIHP8w6TcRyj0pyFx4-ZMc"},"enc":"A128CBC-HS256"})";

}  // namespace emv
