// Registers the functions and the constants in each environment that loads the addon.
#include "call.h"
#include "constants.h"
#include "environment.h"
#include "functions.h"

namespace p8 {

struct Function {
  const char* name;
  napi_callback function;
  int arguments;
};

#define P8_ENTRY(name, function, arguments) {#name, function, arguments},
static const Function kFunctions[] = {P8_FUNCTIONS(P8_ENTRY)};
#undef P8_ENTRY

static void DefineFunction(napi_env env, napi_value exports, const Function& entry, Environment* environment) {
  napi_value function = nullptr;
  napi_value length = nullptr;
  napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, environment, &function);
  napi_create_int32(env, entry.arguments, &length);
  napi_property_descriptor property = {"length", nullptr, nullptr, nullptr, nullptr, length, napi_configurable, nullptr};
  napi_define_properties(env, function, 1, &property);
  napi_set_named_property(env, exports, entry.name, function);
}

}  // namespace p8

NAPI_MODULE_INIT() {
  p8::Environment* environment = p8::OpenEnvironment(env);
  if (environment == nullptr) {
    napi_throw_error(env, "ENOMEM", "out of memory while loading @p8/syscall");
    return nullptr;
  }
  for (const p8::Function& entry : p8::kFunctions) p8::DefineFunction(env, exports, entry, environment);
  napi_set_named_property(env, exports, "constants", p8::DefineConstants(env));
  return exports;
}
