// Threads that sleep on words for an environment whose own thread must hear other things too.
#pragma once

#include "futex.h"

namespace p8 {

struct Environment;

// Blocks at most `seconds`, as WaitFor does; returns what of Woken it was, or minus errno.
int64_t WaitThroughListener(Environment* environment, const Sleep& sleep, double seconds);

}  // namespace p8
