// Says in words why a document failed, and what to do.
import { hasText, texts } from "./i18n.js";

// Reasons that share their words.
const SAME = {
  url_malformed: "url", url_unreachable: "url", url_not_found: "url", url_timeout: "url", url_unusable: "url",
  url_not_allowed: "url", body_timeout: "connection", not_ready: "overloaded", too_many_requests: "overloaded",
  status_502: "unreachable", status_504: "unreachable", wrong_file_type: "damaged", body_not_understood: "invalid_field",
  idempotency_key_used: "invalid_field", file_type_missing: "invalid_field", language_unavailable: "model_unavailable",
  not_found: "gone", expired: "gone", not_base64: "damaged",
};

// What a failure is: a sentence, and a sentence that says what to do.
export function explain({ reason, message = "" }) {
  const known = SAME[reason] ?? reason;
  if (!hasText(`failure.${known}`)) {
    return { what: texts("failure.other", { message }), hint: texts("failure.other.hint") };
  }
  return { what: texts(`failure.${known}`, { message }), hint: texts(`failure.${known}.hint`, { message }) };
}
