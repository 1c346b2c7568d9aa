// Who lives among the threads that use the locks of processes.
#pragma once

#include <stdint.h>

namespace p8 {

// The life word of a holder and what it holds while he lives; null if he has ended, or is 0: nobody.
uint32_t* LifeOf(int32_t holder, uint32_t* alive);

}  // namespace p8
