#include "oauth/redirect.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "crypto/content_cipher.h"

namespace coffer::oauth {

namespace {

std::size_t count_of(const loopback::Fields& fields, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; }));
}

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

loopback::Response page(int status, std::string_view title, std::string_view text) {
  loopback::Response response;
  response.status = status;
  response.headers = {{"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}};
  response.body = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
  response.body += title;
  response.body +=
      "</title><style>body{font:18px/1.5 system-ui,sans-serif;max-width:32em;margin:4em auto;"
      "padding:0 1em}</style></head><body><h1>";
  response.body += title;
  response.body += "</h1><p>";
  response.body += text;
  response.body += "</p></body></html>\n";
  return response;
}

loopback::Response own_page(const std::string& html) {
  loopback::Response response;
  response.body = html;
  return response;
}

}  // namespace

std::string field_of(const loopback::Fields& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? std::string() : found->second;
}

Verdict judge(const loopback::Request& request, const Expectation& expected) {
  constexpr std::array<std::string_view, 5> kOnce = {"state", "code", "error", "access_token",
                                                     "admin_consent"};
  if (request.method == "HEAD") return Verdict::kStray;  // a look at the page, not the browser
  const loopback::Fields& fields = request.fields;
  if (fields.empty()) {
    const bool page_itself = request.method == "GET" && request.path != "/favicon.ico";
    return expected.fragment && page_itself ? Verdict::kHandOver : Verdict::kStray;
  }
  core::Secret state(field_of(fields, "state"));
  bool ours = !expected.state.empty() &&
              crypto::equal_constant_time(state.reveal(), expected.state.reveal());
  std::size_t answers = 0;
  for (const std::string_view name : kOnce) {
    const std::size_t count = count_of(fields, name);
    ours = ours && count <= 1;
    if (name != "state") answers += count;
  }
  return ours && answers > 0 ? Verdict::kAnswer : Verdict::kStray;
}

loopback::Response answer_page(const loopback::Fields& fields, const Expectation& expected) {
  const std::string error = field_of(fields, "error");
  if (error.empty()) {
    if (!expected.success_page.empty()) return own_page(expected.success_page);
    return page(200, "Signed in", "You can close this page and go back to the application.");
  }
  if (!expected.failure_page.empty()) return own_page(expected.failure_page);
  std::string text = "The authorization server answered: " + escaped(error);
  const std::string description = field_of(fields, "error_description");
  if (!description.empty()) text += ": " + escaped(description);
  return page(200, "Not signed in", text);
}

loopback::Response hand_over_page() {
  // graph-mail 8.5: only the page's own script sees what stands behind '#'. It leaves the address
  // bar before it is sent, and goes nowhere but here.
  static const std::string script =
      "var f=document.forms[0];"
      "new URLSearchParams(location.hash.slice(1)).forEach(function(v,n){"
      "var i=document.createElement('input');i.type='hidden';i.name=n;i.value=v;"
      "f.appendChild(i)});"
      "history.replaceState(null,'',location.pathname);"
      "if(f.elements.length)f.submit();else document.body.textContent="
      "'There is no answer of the authorization server in this address.'";
  loopback::Response response;
  response.headers = {{"Content-Security-Policy",
                       "default-src 'none'; script-src 'unsafe-inline'; form-action 'self'; "
                       "frame-ancestors 'none'"}};
  response.body =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Signing "
      "in</title></head><body><form method=\"post\"></form><noscript>Switch scripts on and load "
      "this page again.</noscript><script>" +
      script + "</script></body></html>\n";
  return response;
}

loopback::Response stray_page(const loopback::Request& request) {
  if (request.fields.empty()) return page(404, "Nothing here", "This page is for signing in only.");
  return page(400, "Not this sign-in",
              "This address does not belong to the sign-in that the application waits for. Go back "
              "to the application and follow its latest link.");
}

loopback::Response over_page() {
  return page(200, "Nothing to do", "The sign-in is over. You can close this page.");
}

}  // namespace coffer::oauth
