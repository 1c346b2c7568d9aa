// The values of the platform's headers, for the names in constants.inc that the headers define.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/bcm.h>
#include <linux/can/isotp.h>
#include <linux/can/j1939.h>
#include <linux/can/raw.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netlink.h>
#include <linux/rds.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "constants.h"

namespace p8 {

struct Constant {
  const char* name;
  double value;
};

#define C(name) {#name, static_cast<double>(name)},
static const Constant kConstants[] = {
#include "constants.inc"
};
#undef C

napi_value DefineConstants(napi_env env) {
  napi_value object;
  napi_create_object(env, &object);
  for (const Constant& constant : kConstants) {
    napi_value value;
    napi_create_double(env, constant.value, &value);
    napi_set_named_property(env, object, constant.name, value);
  }
  return object;
}

}  // namespace p8
