#pragma once

#include <node_api.h>

namespace p8 {

// An object of every constant that the headers of this build define.
napi_value DefineConstants(napi_env env);

}  // namespace p8
