// How JavaScript's arguments become C values and results become JavaScript numbers. The callers are our own TypeScript
// packages, which have checked the types: nothing is checked twice.
#pragma once

#include <errno.h>
#include <node_api.h>
#include <stdint.h>
#include <stddef.h>

namespace p8 {

struct Environment;

struct Bytes {
  uint8_t* data;
  size_t length;
};

class Call {
 public:
  Call(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = kMost;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, values_, nullptr, &data);
    environment_ = static_cast<Environment*>(data);
  }

  napi_env env() const { return env_; }
  Environment* environment() const { return environment_; }
  napi_value value(int index) const { return values_[index]; }

  int32_t integer(int index) const {
    int32_t result = 0;
    napi_get_value_int32(env_, values_[index], &result);
    return result;
  }

  double number(int index) const {
    double result = 0;
    napi_get_value_double(env_, values_[index], &result);
    return result;
  }

  // A view of any type.
  Bytes bytes(int index) const {
    void* data = nullptr;
    size_t length = 0;
    napi_get_buffer_info(env_, values_[index], &data, &length);
    return {static_cast<uint8_t*>(data), length};
  }

  // Copies text into `target`; returns false for null and undefined.
  bool text(int index, char* target, size_t size) const {
    size_t length = 0;
    return napi_get_value_string_utf8(env_, values_[index], target, size, &length) == napi_ok;
  }

 private:
  static constexpr size_t kMost = 8;
  napi_env env_;
  Environment* environment_;
  napi_value values_[kMost];
};

inline napi_value Number(napi_env env, int64_t value) {
  napi_value result = nullptr;
  if (value >= INT32_MIN && value <= INT32_MAX) {
    napi_create_int32(env, static_cast<int32_t>(value), &result);
  } else {
    napi_create_int64(env, value, &result);
  }
  return result;
}

// The convention of every call: the value, or minus errno.
inline napi_value Outcome(napi_env env, int64_t value) { return Number(env, value < 0 ? -errno : value); }

}  // namespace p8
