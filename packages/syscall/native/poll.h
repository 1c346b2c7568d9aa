// The blocking wait, for the calls that need one.
#pragma once

#include <stdint.h>

namespace p8 {

struct Environment;

static constexpr int kPollIn = 1;

// Waits at most `seconds` (negative: without limit). Returns the events, 0 when the time is over, -EINTR after SIGINT
// on the main thread, -ECANCELED when this environment is being ended.
int64_t WaitFor(Environment* environment, int fd, int events, double seconds);

}  // namespace p8
