// SIGINT during a blocking wait of the program's first thread.
#pragma once

namespace p8 {

struct Environment;

// Installs our SIGINT action for the length of a wait, unless it is held; a program that ignores SIGINT goes on ignoring it.
class InterruptScope {
 public:
  explicit InterruptScope(const Environment* environment);
  ~InterruptScope();
  // Whether SIGINT has come; tells each once.
  bool Interrupted();

 private:
  const bool active_;
};

}  // namespace p8
