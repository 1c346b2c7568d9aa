// What the reactor and the resolver know of each other.
#pragma once

#include <stdint.h>

namespace p8 {

struct Environment;

// Has the reactor watch the descriptor that tells of finished look-ups. Returns 0 or minus errno.
int64_t WatchResolver(Environment* environment, int fd);

// Hands over the finished look-ups, `most` at a time; the descriptor stays readable while there are more.
int TakeResolvedIds(Environment* environment, int32_t* ids, int most);

template <typename Take>
void TakeResolved(Environment* environment, Take take, int most) {
  int32_t ids[64];
  int count = TakeResolvedIds(environment, ids, most < 64 ? most : 64);
  for (int i = 0; i < count; i++) take(ids[i]);
}

}  // namespace p8
