// What a look-up asks and what it answers, apart from the thread that it runs on.
#pragma once

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

namespace p8 {

struct Request {
  enum Kind { kAddresses, kName, kHostByName, kHostByAddress };
  Kind kind;
  char* host;
  char* service;
  addrinfo hints;
  sockaddr_storage address;
  socklen_t addressLength;
  int flags;
};

// Packed for JavaScript. Int32 outcome (0, an EAI number or an h_errno), int32 errno, then
//   kAddresses       for each address: family, type, protocol (int32 each), and two fields: sockaddr, canonical name
//   kName            two fields: host, service
//   kHostBy…         fields: the name, the aliases, an empty one, the addresses
// A field is an int32 length and its bytes. Without memory for it, data is null.
struct Answer {
  uint8_t* data;
  size_t size;
};

// Waits for the resolver, for as long as that takes.
Answer Perform(const Request& request);

void FreeRequest(Request* request);

}  // namespace p8
