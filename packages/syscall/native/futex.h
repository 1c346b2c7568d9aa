// Sleeping on words of memory that processes share: futex(2), futex_waitv(2).
#pragma once

#include <stdint.h>

namespace p8 {

class Call;

// What one futex_waitv(2) can have, and how it is told.
static constexpr int kMostWords = 128;
struct Word {
  uint32_t* address;
  uint32_t value;
};

// What somebody sleeps on: a word and, unless there is none, the life word of the holder whom he waits for.
struct Sleep {
  Word word;
  Word life;
};

// How a sleep ended. A word that has another value needs no wake-up.
enum Woken { kNotWoken, kByWord, kByDeath };

static constexpr int64_t kForever = INT64_MAX;

// Sleeps until one of the words is woken, or until `end` in nanoseconds of Monotonic(). Returns its index, or minus errno:
// -EAGAIN if one has another value, or if the caller shall look at them since the kernel cannot.
int SleepOn(const Word* words, int count, int64_t end);

// Returns what of Woken it was, or minus errno: -EINTR after a signal.
int SleepUntil(const Sleep& sleep, int64_t end);

// Wakes at most `count` of those who sleep on a word, in any process; returns how many.
int Wake(uint32_t* word, int count);

// What the arguments of a call say: a view and an index in it, a value, and a holder. Returns false if the holder has ended.
bool SleepOf(const Call& call, int holder, Sleep* sleep);

int64_t Monotonic();

}  // namespace p8
