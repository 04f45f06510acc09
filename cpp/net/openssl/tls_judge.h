// The judge of servers' certificates, inside the handshake: the library's verdict, the settings
// that bend it, and what the application decided.
//
// Threads: belongs to the transport's thread.
#pragma once

using X509_STORE_CTX = struct x509_store_ctx_st;

namespace coffer::net {

// For SSL_CTX_set_cert_verify_callback, on connections that have a Handshake. Runs when the
// server's certificates have come, before anything of ours is answered.
int judge_certificate(X509_STORE_CTX* verification, void*) noexcept;

}  // namespace coffer::net
